import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Report } from '../reports.ts';
import { Retention } from './retention.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEP_MS = 4;

/** A store with so much old history that pruning takes so many steps, each of `stepMs`. */
function crowded(test: TestContext, steps: number, stepMs = STEP_MS) {
  const time = new SimulatedTime();
  const begun: number[] = [];
  const store = createMemoryStore();
  test.after(() => store.close());
  const prune = async () => {
    begun.push(time.now);
    await time.sleep(stepMs);
    return begun.length < steps ? 100 : 0;
  };
  return { time, begun, store: { ...store, prune } };
}

const silent = () => {};

const gaps = (moments: readonly number[]) => moments.slice(1).map((at, index) => at - (moments[index] ?? 0));

describe('pruning', () => {
  it('begins a minute after the start, and again every hour', async (test) => {
    const { time, begun, store } = crowded(test, 1);
    new Retention(store, time.clock(), 30, () => false, silent).start();
    const started = time.now;
    await time.pass(2 * HOUR_MS);
    assert.deepEqual(
      begun.map((at) => at - started),
      [MINUTE_MS, MINUTE_MS + STEP_MS + HOUR_MS],
    );
  });

  it('goes on at once while nothing is under way', async (test) => {
    const { time, begun, store } = crowded(test, 5);
    new Retention(store, time.clock(), 30, () => false, silent).start();
    await time.pass(2 * MINUTE_MS);
    assert.deepEqual(gaps(begun), Array(4).fill(STEP_MS));
  });

  it('leaves the store to deliveries for nine tenths of the time while some are under way', async (test) => {
    const { time, begun, store } = crowded(test, 5);
    new Retention(store, time.clock(), 30, () => true, silent).start();
    await time.pass(2 * MINUTE_MS);
    assert.deepEqual(gaps(begun), Array(4).fill(10 * STEP_MS));
  });

  it('takes half of the time once a round lasts for longer than an hour', async (test) => {
    const slow = HOUR_MS / (10 * STEP_MS);
    const { time, begun, store } = crowded(test, slow + 100);
    new Retention(store, time.clock(), 30, () => true, silent).start();
    await time.pass(2 * HOUR_MS);
    assert.deepEqual(gaps(begun).slice(0, 10), Array(10).fill(10 * STEP_MS));
    assert.deepEqual(gaps(begun.slice(slow + 2)).slice(0, 90), Array(90).fill(2 * STEP_MS));
  });

  it('stops after the step that is under way', async (test) => {
    const { time, begun, store } = crowded(test, 1_000);
    const retention = new Retention(store, time.clock(), 30, () => true, silent);
    retention.start();
    await time.pass(MINUTE_MS + 10 * STEP_MS);
    const before = begun.length;
    const stopped = retention.stop();
    await time.pass(MINUTE_MS);
    await stopped;
    assert.ok(begun.length <= before);
  });

  it('stops at once in a pause, however slow the disk is', async (test) => {
    const { time, begun, store } = crowded(test, 10, 4_000);
    const retention = new Retention(store, time.clock(), 30, () => true, silent);
    retention.start();
    await time.pass(MINUTE_MS + 4_100);
    const asked = time.now;
    const stopped = retention.stop().then(() => time.now - asked);
    await time.pass(MINUTE_MS);
    assert.deepEqual([await stopped, begun.length], [0, 1]);
  });

  it('stops when a step that is under way has ended', async (test) => {
    const { time, begun, store } = crowded(test, 10, 4_000);
    const retention = new Retention(store, time.clock(), 30, () => true, silent);
    retention.start();
    await time.pass(MINUTE_MS + 1_000);
    const asked = time.now;
    const stopped = retention.stop().then(() => time.now - asked);
    await time.pass(MINUTE_MS);
    assert.deepEqual([await stopped, begun.length], [3_000, 1]);
  });

  it('pauses for half a minute at most after a step that met a stall', async (test) => {
    const { time, begun, store } = crowded(test, 3, MINUTE_MS);
    new Retention(store, time.clock(), 30, () => true, silent).start();
    await time.pass(HOUR_MS);
    assert.deepEqual(gaps(begun), [1.5 * MINUTE_MS, 1.5 * MINUTE_MS]);
  });

  it('says of every round that failed why it did, and begins the next one an hour later', async (test) => {
    const { time, begun, store } = crowded(test, 1);
    const reports: Report[] = [];
    const tooSlow = { ...store, pruneTallies: () => Promise.reject(new StoreUnavailable('busy', 'It took too long.')) };
    new Retention(
      tooSlow,
      time.clock(),
      30,
      () => false,
      (one) => reports.push(one),
    ).start();
    await time.pass(2 * MINUTE_MS);
    assert.deepEqual(reports, [{ kind: 'pruning_failed', message: 'It took too long.' }]);
    await time.pass(HOUR_MS);
    assert.deepEqual([reports.length, begun.length], [2, 2]);
  });
});
