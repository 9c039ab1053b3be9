import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { newId } from '../../../tests/store-contract/makers.ts';
import { Dice } from '../../../tests/support/dice.ts';
import { leasedDelivery } from '../../../tests/support/leased-delivery.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { LeasedDelivery } from '../../domain/delivery.ts';
import type { EndpointId, OwnerId } from '../../domain/ids.ts';
import { type SteadyMs, steady } from '../../domain/time.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Release } from '../../seams/store/queue.ts';
import { Holdings } from '../calling/holdings.ts';
import { Lanes } from '../calling/lanes.ts';
import { DueNotice } from '../due-notice.ts';
import { Catalogs } from '../endpoints/catalog.ts';
import { EndpointDocuments } from '../endpoints/documents.ts';
import { StoreHealth } from '../store-health.ts';
import { Scheduler } from './scheduler.ts';

/** A call of a store that does not answer. */
const silent = async (): Promise<never> => {
  throw new StoreUnavailable('unreachable', 'away');
};

/** A scheduler with real lanes, on a store that holds what the test puts into it. All times are from the beginning. */
function scheduling(test: TestContext) {
  const time = new SimulatedTime();
  const start = time.now;
  const memory = createMemoryStore();
  test.after(() => memory.close());
  let due: { readonly at: number; readonly delivery: LeasedDelivery }[] = [];
  const backlog: LeasedDelivery[] = [];
  const claims: number[] = [];
  const wanted: (readonly EndpointId[])[] = [];
  const nextDue = (): SteadyMs | null =>
    due.length === 0 ? null : steady(start + Math.min(...due.map(({ at }) => at)));
  const store = {
    ...memory,
    nextDue: async () => nextDue(),
    backlogs: async () => [...new Set(backlog.map(({ endpointId }) => endpointId))],
    claimDue: async (_: OwnerId, now: SteadyMs, limit: number) => {
      claims.push(now - start);
      const taken = due.filter(({ at }) => start + at <= now).slice(0, limit);
      due = due.filter((each) => !taken.includes(each));
      const deliveries = taken.map(({ delivery }) => delivery);
      return { deliveries, dueAt: taken.map(({ at }) => steady(start + at)), revisions: new Map(), nextDue: nextDue() };
    },
    claimBacklog: async (_: OwnerId, wants: readonly { readonly endpointId: EndpointId }[]) => {
      wanted.push(wants.map(({ endpointId }) => endpointId));
      return { deliveries: backlog.splice(0), revisions: new Map() };
    },
    reclaim: async () => 0,
  };
  const clock = time.clock();
  const notice = new DueNotice();
  const health = new StoreHealth(clock, () => {});
  const random = new Dice(1).random();
  const holdings = new Holdings(store, clock, random, health, notice);
  const documents = new EndpointDocuments(new Uint8Array(32), random);
  const catalogs = new Catalogs(
    memory.catalog,
    documents,
    clock,
    false,
    { concurrency: 4 },
    {
      damaged: ({ message }) => assert.fail(message),
      loaded: () => {},
    },
  );
  const turns: { readonly at: number; readonly delivery: LeasedDelivery }[] = [];
  const lanes = new Lanes(clock, notice, {
    rulesOf: () => ({ concurrency: 4 }),
    mayStart: () => true,
    onTurn: (delivery) => turns.push({ at: time.now - start, delivery }),
  });
  const released: Release[] = [];
  const attempts = {
    release: async (_owner: OwnerId, _delivery: LeasedDelivery, release: Release) => void released.push(release),
  };
  const leases = { fresh: true };
  const scheduler = new Scheduler({ store, clock, catalogs, holdings, health, lanes, leases, attempts, due: notice });
  /** Puts deliveries into place `due`, one at each of these times. */
  const puts = (...times: number[]) => {
    for (const at of times) due.push({ at, delivery: leasedDelivery() });
  };
  const mayBeDue = (at: number) => notice.mayBeDue(steady(start + at));
  const turnsAt = () => turns.map(({ at }) => at);
  return {
    time,
    store,
    notice,
    leases,
    lanes,
    scheduler,
    backlog,
    claims,
    wanted,
    released,
    puts,
    mayBeDue,
    turnsAt,
    due,
  };
}

describe('what comes due', () => {
  it('is claimed at its moment, and the store is asked once', async (test) => {
    const { time, claims, puts, mayBeDue, turnsAt } = scheduling(test);
    puts(5_000);
    mayBeDue(5_000);
    await time.pass(20_000);
    assert.deepEqual([claims, turnsAt()], [[5_000], [5_000]]);
  });

  it('is known from each claim for the next one', async (test) => {
    const { time, claims, puts, mayBeDue, turnsAt } = scheduling(test);
    puts(1_000, 2_500, 9_000);
    mayBeDue(1_000);
    await time.pass(20_000);
    assert.deepEqual(
      [claims, turnsAt()],
      [
        [1_000, 2_500, 9_000],
        [1_000, 2_500, 9_000],
      ],
    );
  });

  it('is claimed at the earliest moment that was told, in whatever order', async (test) => {
    const { time, claims, puts, mayBeDue } = scheduling(test);
    puts(3_000, 7_000);
    mayBeDue(7_000);
    mayBeDue(3_000);
    mayBeDue(5_000);
    await time.pass(20_000);
    assert.deepEqual(claims, [3_000, 7_000]);
  });

  it('just after four at once waits for company, 10 ms from their claim', async (test) => {
    const { time, claims, puts, mayBeDue, turnsAt } = scheduling(test);
    puts(1_000, 1_000, 1_000, 1_000, 1_003, 1_007);
    mayBeDue(1_000);
    await time.pass(20_000);
    assert.deepEqual(
      [claims, turnsAt().slice(4)],
      [
        [1_000, 1_010],
        [1_010, 1_010],
      ],
    );
  });

  it('while the store does not answer is claimed when it does, asked every quarter second', async (test) => {
    const { time, store, claims, puts, mayBeDue, turnsAt } = scheduling(test);
    const { claimDue } = store;
    const asked: number[] = [];
    const start = time.now;
    store.claimDue = async () => {
      asked.push(time.now - start);
      return await silent();
    };
    puts(1_000);
    mayBeDue(1_000);
    await time.pass(1_600);
    assert.deepEqual(asked, [1_000, 1_250, 1_500]);
    store.claimDue = claimDue;
    await time.pass(1_000);
    assert.deepEqual([claims, turnsAt()], [[1_750], [1_750]]);
  });

  it('and is being claimed by another process is asked for again 20 ms later', async (test) => {
    const { time, store, puts, mayBeDue, turnsAt } = scheduling(test);
    const { claimDue } = store;
    let others = 2;
    store.claimDue = async (owner, now, limit) => {
      if (others-- > 0) return { deliveries: [], dueAt: [], revisions: new Map(), nextDue: now };
      return await claimDue(owner, now, limit);
    };
    puts(1_000);
    mayBeDue(1_000);
    await time.pass(20_000);
    assert.deepEqual(turnsAt(), [1_040]);
  });

  it('without room in its lane goes to the backlog', async (test) => {
    const { time, lanes, due, released, mayBeDue, turnsAt } = scheduling(test);
    const endpointId = newId<EndpointId>();
    // Each larger than the part of the memory that one lane may have; one goes in all the same.
    const large = () => leasedDelivery({ endpointId }, new Uint8Array(9 * 1_024 * 1_024));
    const [taken, refused] = [large(), large()];
    due.push({ at: 0, delivery: taken }, { at: 0, delivery: refused });
    mayBeDue(0);
    await time.pass(1);
    assert.deepEqual([released, turnsAt()], [[{ id: refused.id, to: 'backlog' }], [0]]);
    assert.equal(lanes.backlogs, 1);
  });
});

describe('work that others have left', () => {
  it('is looked for, backlogs and what is due, and a lane that is empty then is not asked for again', async (test) => {
    const { time, notice, lanes, backlog, wanted, claims, puts, turnsAt } = scheduling(test);
    const endpointId = newId<EndpointId>();
    backlog.push(leasedDelivery({ endpointId }), leasedDelivery({ endpointId }));
    puts(4_000);
    notice.lookAround();
    await time.pass(20_000);
    assert.deepEqual([turnsAt(), claims], [[0, 0, 4_000], [4_000]]);
    assert.deepEqual([wanted, lanes.backlogs], [[[endpointId]], 0]);
  });

  it('is looked for again when the store did not answer', async (test) => {
    const { time, store, notice, backlog, turnsAt } = scheduling(test);
    const { backlogs } = store;
    store.backlogs = silent;
    backlog.push(leasedDelivery());
    notice.lookAround();
    await time.pass(100);
    store.backlogs = backlogs;
    await time.pass(1_000);
    assert.deepEqual(turnsAt(), [250]);
  });
});

describe('nothing is claimed', () => {
  it('while it is not certain that leases are in force, and at once when it is again', async (test) => {
    const { time, leases, notice, claims, puts, mayBeDue, turnsAt } = scheduling(test);
    leases.fresh = false;
    puts(1_000);
    mayBeDue(1_000);
    await time.pass(2_000);
    notice.mayClaim();
    await time.pass(1_000);
    assert.deepEqual(claims, []);
    leases.fresh = true;
    notice.mayClaim();
    await time.pass(1);
    assert.deepEqual(turnsAt(), [3_000]);
  });

  it('after a stop, which waits for the claim that is under way', async (test) => {
    const { time, store, scheduler, claims, puts, mayBeDue, turnsAt } = scheduling(test);
    const { claimDue } = store;
    store.claimDue = async (owner, now, limit) => {
      await time.sleep(500);
      return await claimDue(owner, now, limit);
    };
    puts(1_000, 2_000);
    mayBeDue(1_000);
    await time.pass(1_200);
    let hasStopped = false;
    void scheduler.stop().then(() => {
      hasStopped = true;
    });
    await time.pass(299);
    assert.equal(hasStopped, false);
    await time.pass(10_000);
    assert.deepEqual([hasStopped, claims, turnsAt()], [true, [1_000], [1_500]]);
  });
});
