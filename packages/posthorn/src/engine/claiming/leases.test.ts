import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Dice } from '../../../tests/support/dice.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { OwnerId } from '../../domain/ids.ts';
import { steady } from '../../domain/time.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { OwnerBeat } from '../../seams/store/queue.ts';
import { Holdings } from '../calling/holdings.ts';
import { DueNotice } from '../due-notice.ts';
import type { Report } from '../reports.ts';
import { StoreHealth } from '../store-health.ts';
import { Leases } from './leases.ts';

/** A process on a store that others use too, and how long its calls take to arrive there. */
function member(test: TestContext) {
  const time = new SimulatedTime();
  const memory = createMemoryStore();
  test.after(() => memory.close());
  const wayMs = { beat: 0, join: 0 };
  const store = {
    ...memory,
    exclusive: false,
    beat: async (owner: OwnerId, at: Parameters<typeof memory.beat>[1]) => {
      await time.sleep(wayMs.beat);
      return await memory.beat(owner, at);
    },
    join: async (owner: OwnerId) => {
      await time.sleep(wayMs.join);
      await memory.join(owner);
    },
  };
  const clock = time.clock();
  const reports: Report['kind'][] = [];
  const lost: OwnerId[] = [];
  const lostAt: number[] = [];
  const start = time.now;
  const health = new StoreHealth(clock, () => {});
  const due = new DueNotice();
  const holdings = new Holdings(store, clock, new Dice(1).random(), health, due);
  const leases = new Leases(
    {
      store,
      clock,
      holdings,
      health,
      due,
      recorder: { add: async () => {} },
      report: ({ kind }) => reports.push(kind),
    },
    {
      onFresh() {},
      onLost: () => {
        lost.push(holdings.owner);
        lostAt.push(time.now - start);
      },
    },
  );
  const begin = async () => {
    const started = leases.start();
    await time.pass(100);
    await started;
  };
  /** Takes over, as another process does with one that it takes for dead. */
  const takeOver = async (dead: OwnerId) => {
    const other = 'other' as OwnerId;
    await memory.join(other);
    const known = (await memory.beat(other, steady(time.now)))?.find(({ owner }: OwnerBeat) => owner === dead);
    assert.ok(known !== undefined);
    await memory.takeOver(other, known, steady(time.now));
    await memory.leave(other);
  };
  return { time, start, store, wayMs, reports, lost, lostAt, holdings, leases, begin, takeOver };
}

describe('a process that was taken for dead', () => {
  it('goes on under one new name, however many of its beats were on their way', async (test) => {
    const { time, wayMs, reports, lost, holdings, leases, begin, takeOver } = member(test);
    await begin();
    const first = holdings.owner;
    wayMs.beat = 12_000;
    await time.pass(11_000);
    await takeOver(first);
    wayMs.beat = 1;
    await time.pass(7_000);
    const second = holdings.owner;
    assert.notEqual(second, first);
    await time.pass(60_000);
    assert.deepEqual([holdings.owner, lost, reports, leases.fresh], [second, [first], ['declared_dead'], true]);
  });

  it('registers one new name, also when that fails at first', async (test) => {
    const { time, store, reports, lost, holdings, leases, begin, takeOver } = member(test);
    await begin();
    const first = holdings.owner;
    await takeOver(first);
    const { join } = store;
    const asked: OwnerId[] = [];
    store.join = async (owner) => {
      asked.push(owner);
      if (asked.length < 3) throw new StoreUnavailable('unreachable', 'away');
      await join(owner);
    };
    await time.pass(60_000);
    assert.deepEqual(asked, Array(3).fill(holdings.owner));
    assert.deepEqual([lost, reports, leases.fresh], [[first], ['declared_dead'], true]);
  });

  it('is not dead again because its new name takes long to be registered', async (test) => {
    const { time, wayMs, reports, lost, holdings, leases, begin, takeOver } = member(test);
    await begin();
    const first = holdings.owner;
    await takeOver(first);
    wayMs.join = 12_000;
    await time.pass(60_000);
    assert.deepEqual([lost, reports, leases.fresh], [[first], ['declared_dead'], true]);
  });
});

describe('a process whose beats do not arrive', () => {
  it('cuts off what it has begun 40 s after the last one that did, also while one of them hangs', async (test) => {
    const { time, start, store, lostAt, begin } = member(test);
    await begin();
    store.beat = async () => {
      if (time.now - start >= 40_000) await time.sleep(8_500);
      throw new StoreUnavailable('unreachable', 'away');
    };
    await time.pass(120_000);
    assert.deepEqual(lostAt, [40_000]);
  });

  it('counts from the last beat that was sent, though an earlier one is answered after it', async (test) => {
    const { time, start, store, lostAt, begin } = member(test);
    await begin();
    const { beat } = store;
    store.beat = async (owner, at) => {
      const sent = time.now - start;
      if (sent === 5_000) await time.sleep(36_000);
      if (sent > 20_000) throw new StoreUnavailable('unreachable', 'away');
      return await beat(owner, at);
    };
    await time.pass(120_000);
    assert.deepEqual(lostAt, [60_000]);
  });

  it('cuts nothing off once it has stopped', async (test) => {
    const { time, leases, lostAt, begin } = member(test);
    await begin();
    await leases.stop();
    await time.pass(60_000);
    assert.deepEqual(lostAt, []);
  });
});
