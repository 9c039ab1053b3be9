// Recording attempts: what was made is never forgotten, and only its holder moves a delivery.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { LeasedDelivery } from '../../src/domain/delivery.ts';
import type { AttemptId, DeliveryId, OwnerId } from '../../src/domain/ids.ts';
import type { CallResult } from '../../src/domain/outcome.ts';
import type { Attempt } from '../../src/seams/store/history.ts';
import type { AttemptRecord } from '../../src/seams/store/queue.ts';
import { assertSame, type ContractIt, ids, only } from './bench.ts';
import { dueAt } from './claim.ts';
import {
  attemptOf,
  DONE,
  dueAgain,
  EXHAUSTED,
  FAILED,
  later,
  newId,
  REFUSED,
  RESPONSE,
  STEADY,
  SUCCEEDED,
  utf8,
  wallLater,
} from './makers.ts';

export function recordContract(it: ContractIt): void {
  describe('recording', () => {
    it('ends a delivery that succeeded', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const record = attemptOf(delivery, SUCCEEDED, DONE);
      assert.deepEqual(await bench.record(owner, record), ['recorded']);
      assertSame(await bench.delivery(tenant, delivery.id), {
        id: delivery.id,
        endpointId: endpoint.id,
        eventId: delivery.event.id,
        eventType: delivery.event.type,
        state: 'succeeded',
        createdAt: delivery.event.createdAt,
        attempts: 1,
        nextAttemptAt: null,
        endedAt: record.endedAt,
        lastAttempt: { outcome: 'succeeded', status: 204, startedAt: record.startedAt },
        endpointHost: 'example.com',
        body: delivery.event.body,
        history: [shown(record)],
      });
      assert.equal(await bench.store.nextDue(), null);
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 0);
    });

    it('makes a delivery that failed due again, nobody’s and no longer suspect', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await bench.acceptOne(owner, endpoint);
      const heir = await bench.owner();
      await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY);
      const suspect = only(await bench.claimDue(heir, STEADY));
      assert.equal(suspect.suspect, true);
      const record = attemptOf(suspect, FAILED, dueAgain(later(10_000), 1));
      assert.deepEqual(await bench.record(heir, record), ['recorded']);
      const stored = await bench.delivery(tenant, suspect.id);
      assert.equal(stored.state, 'pending');
      assert.equal(stored.nextAttemptAt, later(10_000));
      assert.equal(stored.endedAt, null);
      const again = only(await bench.claimDue(heir, later(10_000)));
      assert.deepEqual([again.suspect, again.attempts, again.failures], [false, 1, 1]);
    });

    it.onDisk('keeps every fact of every attempt, in the order they were made, over a restart', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      let delivery = await bench.acceptOne(owner, endpoint);
      const results: readonly CallResult[] = [
        FAILED,
        REFUSED,
        { ...REFUSED, outcome: 'reply_timeout', connectMs: 0, durationMs: 0, repeated: true, response: RESPONSE },
        { ...FAILED, response: { status: 999, headers: [], body: new Uint8Array(65_536).fill(7), truncated: false } },
        { ...SUCCEEDED, error: 'The reply was cut short after its headers.' },
      ];
      const records: AttemptRecord[] = [];
      for (const [index, result] of results.entries()) {
        const next = index === results.length - 1 ? DONE : dueAgain(STEADY, index + 1);
        const startedAt = wallLater(1_000 * index);
        // Ids fall where the wall clock jumps back between two attempts.
        const attemptId = newId<AttemptId>(wallLater(-1_000 * index));
        const record = attemptOf(delivery, result, next, {
          attemptId,
          startedAt,
          trigger: index === 2 ? 'manual' : 'schedule',
        });
        records.push(record);
        assert.deepEqual(await bench.record(owner, record), ['recorded']);
        if (next.state === 'pending') delivery = only(await bench.claimDue(owner, STEADY));
      }
      await bench.reopen();
      const { history, attempts } = await bench.delivery(tenant, delivery.id);
      assertSame(
        history,
        records.map((record) => shown(record)),
      );
      assert.equal(attempts, 5);
    });

    it('keeps what must be known for one more attempt: failures, interruptions and what to go back to', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      for (const [index, resume] of [
        { state: 'pending', dueAt: later(5) } as const,
        { state: 'exhausted', endedAt: wallLater(6) } as const,
        null,
      ].entries()) {
        const next = { state: 'pending', dueAt: STEADY, failures: index, interruptions: 4, resume } as const;
        await bench.record(owner, attemptOf({ ...delivery, attempts: index }, REFUSED, next));
        const again = only(await bench.claimDue(owner, STEADY));
        assertSame(again, { ...delivery, attempts: index + 1, failures: index, interruptions: 4, resume });
      }
    });

    it('answers a batch in its order', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const [a, b, c] = [
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(owner, endpoint),
      ];
      const answers = await bench.record(
        owner,
        attemptOf(a, SUCCEEDED, DONE),
        attemptOf(b, SUCCEEDED, DONE, { number: 2 }),
        attemptOf(c, FAILED, dueAgain(STEADY)),
      );
      assert.deepEqual(answers, ['recorded', 'late', 'recorded']);
      assert.deepEqual(await bench.record(owner), []);
    });
  });

  describe('recording again after a lost reply', () => {
    it('changes nothing and answers the same', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const [ended, failed] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, endpoint)];
      const batch = [attemptOf(ended, SUCCEEDED, DONE), attemptOf(failed, FAILED, dueAgain(later(5)))];
      assert.deepEqual(await bench.record(owner, ...batch), ['recorded', 'recorded']);
      const before = [await bench.delivery(tenant, ended.id), await bench.delivery(tenant, failed.id)];
      assert.deepEqual(await bench.record(owner, ...batch), ['recorded', 'recorded']);
      assertSame([await bench.delivery(tenant, ended.id), await bench.delivery(tenant, failed.id)], before);
    });

    it('does not touch a delivery that has moved on since', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const record = attemptOf(delivery, FAILED, dueAgain(later(5)));
      await bench.record(owner, record);
      await bench.claimDue(owner, later(5));
      assert.deepEqual(await bench.record(owner, record), ['recorded']);
      assert.equal(await bench.store.nextDue(), null, 'it is still in the hands of its owner');
      const second = attemptOf({ ...delivery, attempts: 1 }, SUCCEEDED, DONE);
      assert.deepEqual(await bench.record(owner, second, record, second), ['recorded', 'recorded', 'recorded']);
      assert.equal((await bench.delivery(tenant, delivery.id)).state, 'succeeded');
    });

    it('stores one attempt when the same one is twice in a batch', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const record = attemptOf(delivery, FAILED, dueAgain(later(5)));
      assert.deepEqual(await bench.record(owner, record, record), ['recorded', 'recorded']);
      assert.equal((await bench.delivery(tenant, delivery.id)).history.length, 1);
    });

    it('leaves a late attempt late, even when it would fit by now', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.owner();
      const delivery = await dueAt(bench, owner, endpoint, STEADY);
      const record = attemptOf({ ...delivery, attempts: 1 }, SUCCEEDED, DONE);
      assert.deepEqual(await bench.record(other, record), ['late']);
      await bench.claimDue(other, STEADY);
      assert.deepEqual(await bench.record(other, record), ['late']);
      assert.equal((await bench.delivery(tenant, delivery.id)).state, 'pending');
    });
  });

  describe('an attempt that does not fit', () => {
    it('is late when somebody else holds the delivery, and moves nothing', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.owner();
      const delivery = await bench.acceptOne(owner, endpoint);
      const record = attemptOf(delivery, SUCCEEDED, DONE);
      assert.deepEqual(await bench.record(other, record), ['late']);
      const stored = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([stored.state, stored.attempts], ['pending', 0]);
      assertSame(stored.history, [shown(record, true)]);
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 1, 'still in the hands of its owner');
    });

    it('is late when nobody holds the delivery', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const due = await dueAt(bench, owner, endpoint, STEADY);
      const waiting = await bench.acceptOne(owner, endpoint, 'backlog');
      const answers = await bench.record(
        owner,
        attemptOf({ ...due, attempts: 1 }, SUCCEEDED, DONE),
        attemptOf(waiting, SUCCEEDED, DONE),
      );
      assert.deepEqual(answers, ['late', 'late']);
      assert.deepEqual(ids(await bench.claimDue(owner, STEADY)), [due.id]);
      assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), [waiting.id]);
    });

    for (const number of [0, 2, 3]) {
      it(`is late when its number is ${number} and one was recorded before none`, async (bench) => {
        const { owner, endpoint, tenant } = await bench.start();
        const delivery = await bench.acceptOne(owner, endpoint);
        assert.deepEqual(await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE, { number })), ['late']);
        assert.equal((await bench.delivery(tenant, delivery.id)).state, 'pending');
        assert.deepEqual(await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE)), ['recorded']);
      });
    }

    it('is late when the delivery is ended, and stays visible beside the one that counted', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const counted = attemptOf(delivery, SUCCEEDED, DONE);
      const late = attemptOf(delivery, FAILED, dueAgain(STEADY));
      assert.deepEqual(await bench.record(owner, counted, late), ['recorded', 'late']);
      const stored = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([stored.state, stored.attempts], ['succeeded', 1]);
      assert.deepEqual(
        new Map(stored.history.map((attempt) => [attempt.id, attempt.late])),
        new Map([
          [counted.attemptId, false],
          [late.attemptId, true],
        ]),
      );
      assert.equal(await bench.store.nextDue(), null);
    });

    it('is late after the owner was declared dead, although the delivery was leased to it', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const heir = await bench.owner();
      await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY);
      assert.deepEqual(await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE)), ['late']);
      const again = only(await bench.claimDue(heir, STEADY));
      assert.equal(again.attempts, 0);
      assert.deepEqual(await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE)), ['late']);
      assert.deepEqual(await bench.record(heir, attemptOf(again, SUCCEEDED, DONE)), ['recorded']);
      assert.equal((await bench.delivery(tenant, delivery.id)).history.length, 3);
    });

    it('is late, not an error, when nothing is known of its delivery', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const known = await bench.acceptOne(owner, endpoint);
      const stranger = { ...known, id: newId<DeliveryId>() };
      const records = [attemptOf(stranger, SUCCEEDED, DONE), attemptOf(known, SUCCEEDED, DONE)];
      assert.deepEqual(await bench.record(owner, ...records), ['late', 'recorded']);
      assert.deepEqual(await bench.record(newId<OwnerId>(), ...records), ['late', 'recorded']);
    });

    it.onDisk('moves a delivery once when two record its attempt at the same time', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.another();
      const deliveries: LeasedDelivery[] = [];
      for (let index = 0; index < 20; index++) deliveries.push(await bench.acceptOne(owner, endpoint));
      const batch = () => deliveries.map((one) => attemptOf(one, SUCCEEDED, DONE));
      const [one, two] = await Promise.all([
        bench.store.record(owner, batch()),
        other.record(owner, batch().toReversed()),
      ]);
      const counted = deliveries.map((_, index) => [one[index], two.toReversed()[index]].sort());
      assert.deepEqual(
        counted,
        deliveries.map(() => ['late', 'recorded']),
      );
      for (const { id } of deliveries) assert.equal((await bench.delivery(tenant, id)).attempts, 1);
    });
  });

  describe('hostile bytes', () => {
    it('come back as they went in: NUL, other encodings, quotes', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const response = {
        status: 500,
        headers: [
          ['x-odd', `a\u00ff\t"';drop table queue;--`],
          ['x-empty', ''],
        ] as const,
        body: utf8('\0<script>\uFEFF'),
        truncated: false,
      };
      const record = attemptOf(delivery, { ...FAILED, response, error: 'It’s “500”\\u0000.' }, EXHAUSTED);
      await bench.record(owner, record);
      assertSame((await bench.delivery(tenant, delivery.id)).history, [shown(record)]);
    });
  });
}

/** An attempt as the history shows it. */
export function shown(record: AttemptRecord, late = false): Attempt {
  const { attemptId, number, trigger, madeFrom, startedAt, result } = record;
  const { connectMs, durationMs, repeated, outcome, response, error } = result;
  const id: AttemptId = attemptId;
  return { id, number, trigger, madeFrom, startedAt, connectMs, durationMs, repeated, late, outcome, response, error };
}
