import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SimulatedTime } from '../../tests/simulation/time.ts';
import { createMemoryStore } from '../adapters/sqlite/memory.ts';
import { Retention } from './retention.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEP_MS = 4;

/** A store with so much old history that pruning takes so many steps, each of 4 ms. */
function crowded(test: TestContext, steps: number) {
  const time = new SimulatedTime();
  const begun: number[] = [];
  const store = createMemoryStore();
  test.after(() => store.close());
  const prune = async () => {
    begun.push(time.now);
    await time.sleep(STEP_MS);
    return begun.length < steps ? 100 : 0;
  };
  return { time, begun, store: { ...store, prune } };
}

const gaps = (moments: readonly number[]) => moments.slice(1).map((at, index) => at - (moments[index] ?? 0));

describe('pruning', () => {
  it('begins a minute after the start, and again every hour', async (test) => {
    const { time, begun, store } = crowded(test, 1);
    new Retention(store, time.clock(), 30, () => false).start();
    const started = time.now;
    await time.pass(2 * HOUR_MS);
    assert.deepEqual(
      begun.map((at) => at - started),
      [MINUTE_MS, MINUTE_MS + STEP_MS + HOUR_MS],
    );
  });

  it('goes on at once while nothing is under way', async (test) => {
    const { time, begun, store } = crowded(test, 5);
    new Retention(store, time.clock(), 30, () => false).start();
    await time.pass(2 * MINUTE_MS);
    assert.deepEqual(gaps(begun), Array(4).fill(STEP_MS));
  });

  it('leaves the store to deliveries for nine tenths of the time while some are under way', async (test) => {
    const { time, begun, store } = crowded(test, 5);
    new Retention(store, time.clock(), 30, () => true).start();
    await time.pass(2 * MINUTE_MS);
    assert.deepEqual(gaps(begun), Array(4).fill(10 * STEP_MS));
  });

  it('takes half of the time once a round lasts for longer than an hour', async (test) => {
    const slow = HOUR_MS / (10 * STEP_MS);
    const { time, begun, store } = crowded(test, slow + 100);
    new Retention(store, time.clock(), 30, () => true).start();
    await time.pass(2 * HOUR_MS);
    assert.deepEqual(gaps(begun).slice(0, 10), Array(10).fill(10 * STEP_MS));
    assert.deepEqual(gaps(begun.slice(slow + 2)).slice(0, 90), Array(90).fill(2 * STEP_MS));
  });

  it('stops after the step that is under way', async (test) => {
    const { time, begun, store } = crowded(test, 1_000);
    const retention = new Retention(store, time.clock(), 30, () => true);
    retention.start();
    await time.pass(MINUTE_MS + 10 * STEP_MS);
    const before = begun.length;
    const stopped = retention.stop();
    await time.pass(MINUTE_MS);
    await stopped;
    assert.ok(begun.length <= before);
  });
});
