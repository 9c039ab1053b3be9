import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { attemptOf, DONE, dueAgain, FAILED, newId, SUCCEEDED } from '../../../tests/store-contract/makers.ts';
import { leasedDelivery } from '../../../tests/support/leased-delivery.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { LeasedDelivery } from '../../domain/delivery.ts';
import type { DeliveryId, OwnerId } from '../../domain/ids.ts';
import { type SteadyMs, steady } from '../../domain/time.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { AttemptRecord } from '../../seams/store/queue.ts';
import { DueNotice } from '../due-notice.ts';
import type { Report } from '../reports.ts';
import { StoreHealth } from '../store-health.ts';
import { type Ended, Recorder } from './recorder.ts';

const ME = newId<OwnerId>();

/** A recorder on a store that takes a second to write, and all that hears of it. */
function recording(test: TestContext) {
  const time = new SimulatedTime();
  const memory = createMemoryStore();
  test.after(() => memory.close());
  const start = time.now;
  const answers = { away: false, as: 'recorded' as 'recorded' | 'late' };
  const written: { readonly at: number; readonly owner: OwnerId; readonly count: number }[] = [];
  const store = {
    ...memory,
    record: async (owner: OwnerId, records: readonly AttemptRecord[]) => {
      written.push({ at: time.now - start, owner, count: records.length });
      await time.sleep(1_000);
      if (answers.away) throw new StoreUnavailable('unreachable', 'away');
      return records.map(() => answers.as);
    },
  };
  const removed: DeliveryId[] = [];
  const counted: (string | null)[] = [];
  const reports: Report[] = [];
  const dueAt: SteadyMs[] = [];
  const rooms: number[] = [];
  const due = new DueNotice();
  due.tell({ mayBeDue: (at) => dueAt.push(at), lookAround() {} });
  const clock = time.clock();
  const health = new StoreHealth(clock, () => {});
  const recorder = new Recorder(
    {
      store,
      clock,
      health,
      holdings: { remove: ({ id }) => void removed.push(id) },
      tallies: { attempted: (_tenant, _endpoint, _call, ended) => counted.push(ended) },
      due,
      report: (report) => reports.push(report),
    },
    () => rooms.push(time.now - start),
  );
  return { time, start, answers, written, removed, counted, reports, dueAt, rooms, health, recorder };
}

/** A failed attempt that is to be repeated at `again`, or one that succeeded. */
function ended(again?: SteadyMs, delivery: LeasedDelivery = leasedDelivery(), owner = ME): Ended {
  const record =
    again === undefined ? attemptOf(delivery, SUCCEEDED, DONE) : attemptOf(delivery, FAILED, dueAgain(again));
  return { owner, delivery, record };
}

describe('an outcome', () => {
  it('is told when it is on disk, not before', async (test) => {
    const { time, removed, counted, reports, dueAt, rooms, recorder } = recording(test);
    const again = steady(time.now + 10_000);
    const failed = ended(again);
    void recorder.add(failed);
    await time.pass(999);
    assert.deepEqual([removed, counted, reports, dueAt, rooms], [[], [], [], [], []]);
    await time.pass(1);
    assert.deepEqual([removed, counted, dueAt, rooms], [[failed.delivery.id], [null], [again], [1_000]]);
    const [report] = reports;
    assert.ok(report?.kind === 'attempted');
    assert.deepEqual([report.attemptId, report.dueAt, report.late], [failed.record.attemptId, again, false]);
  });

  it('that came too late moves nothing: nothing is due for it, and nothing has ended', async (test) => {
    const { time, answers, removed, counted, reports, dueAt, recorder } = recording(test);
    answers.as = 'late';
    void recorder.add(ended());
    void recorder.add(ended(steady(time.now + 10_000)));
    await time.pass(1_000);
    assert.deepEqual([removed.length, counted, dueAt], [2, [null, null], []]);
    assert.ok(reports.every((report) => report.kind === 'attempted' && report.late));
  });

  it('is written again until the store takes it, and told once', async (test) => {
    const { time, answers, written, reports, recorder } = recording(test);
    answers.away = true;
    void recorder.add(ended());
    await time.pass(5_000);
    answers.away = false;
    await time.pass(5_000);
    assert.ok(written.length > 3);
    assert.equal(reports.length, 1);
  });

  it('is left to others once the store is given up', async (test) => {
    const { time, answers, removed, reports, health, recorder } = recording(test);
    answers.away = true;
    const added = recorder.add(ended());
    await time.pass(500);
    health.stopRetrying();
    await time.pass(5_000);
    await added;
    await recorder.idle();
    assert.deepEqual([removed, reports], [[], []]);
  });
});

describe('outcomes', () => {
  it('share a transaction with those that come while one is under way, 500 at most', async (test) => {
    const { time, written, recorder } = recording(test);
    void recorder.add(ended());
    await time.pass(500);
    for (let n = 0; n < 501; n++) void recorder.add(ended());
    await time.pass(5_000);
    assert.deepEqual(
      written.map(({ at, count }) => [at, count]),
      [
        [0, 1],
        [1_000, 500],
        [2_000, 1],
      ],
    );
  });

  it('go to the store under the name that made each', async (test) => {
    const { time, written, reports, recorder } = recording(test);
    const earlier = newId<OwnerId>();
    for (const owner of [earlier, ME, earlier]) void recorder.add(ended(undefined, leasedDelivery(), owner));
    await time.pass(5_000);
    assert.deepEqual(
      written.map(({ owner, count }) => [owner, count]),
      [
        [earlier, 2],
        [ME, 1],
      ],
    );
    assert.equal(reports.length, 3);
  });

  it('keep new attempts from being started while 2,048 of them wait', async (test) => {
    const { time, answers, rooms, recorder } = recording(test);
    answers.away = true;
    for (let n = 0; n < 2_047; n++) void recorder.add(ended());
    assert.equal(recorder.hasRoom, true);
    void recorder.add(ended());
    assert.equal(recorder.hasRoom, false);
    await time.pass(30_000);
    assert.deepEqual([recorder.hasRoom, rooms], [false, []]);
    answers.away = false;
    await time.pass(10_000);
    assert.deepEqual([recorder.hasRoom, rooms.length], [true, 2_048]);
  });
});
