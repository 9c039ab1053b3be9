// The rest of an event that was erased: the facts, and nothing that it told.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { EventId } from '../../src/domain/ids.ts';
import { readSearch } from '../../src/domain/search-range.ts';
import { type ContractIt, eventFor, newlyLeased } from './bench.ts';
import {
  attemptOf,
  DONE,
  dueAgain,
  FAILED,
  later,
  newEvent,
  newId,
  RESPONSE,
  STEADY,
  SUCCEEDED,
  utf8,
  wallLater,
} from './makers.ts';

export function eraseContract(it: ContractIt): void {
  describe('erasing an event', () => {
    it('leaves ids, type, times, outcomes and statuses, and cancels what is pending', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const others = [await bench.endpoint(tenant), await bench.endpoint(tenant), await bench.endpoint(tenant)];
      const made = {
        ...eventFor(newEvent(tenant, { body: utf8('{"e-mail":"ERASEME"}') }), [endpoint, ...others]),
        keys: ['ERASEME-1'],
      };
      const beside = await bench.acceptOne(owner, endpoint);
      await bench.store.accept(owner, [{ tenantId: tenant, revision: await bench.revision(tenant), events: [made] }]);
      const { event } = made;
      const [done, due, waiting, leased] = made.deliveries.map(({ id, endpointId }) =>
        newlyLeased(id, endpointId, event),
      );
      assert.ok(done !== undefined && due !== undefined && waiting !== undefined && leased !== undefined);
      const answered = { ...SUCCEEDED, response: { ...RESPONSE, status: 200 } };
      await bench.record(owner, attemptOf(done, answered, DONE), attemptOf(due, FAILED, dueAgain(later(5))));
      await bench.store.release(owner, [{ id: waiting.id, to: 'backlog' }]);

      assert.equal(await bench.store.eraseEvent(tenant, event.id, wallLater(500)), true);
      const shown = await bench.store.event(tenant, event.id);
      assert.deepEqual(
        [shown?.type, shown?.createdAt, shown?.erasedAt, shown?.body.length, shown?.keys],
        [event.type, event.createdAt, wallLater(500), 0, []],
      );
      assert.deepEqual(
        shown?.deliveries.map(({ state, endedAt, lastAttempt }) => [state, endedAt, lastAttempt?.status]),
        [
          ['succeeded', wallLater(200), 200],
          ['cancelled', wallLater(500), 503],
          ['cancelled', wallLater(500), undefined],
          ['cancelled', wallLater(500), undefined],
        ],
      );
      for (const { id } of [done, due]) {
        const { history } = await bench.delivery(tenant, id);
        assert.deepEqual(
          history.map(({ response }) => [response?.headers, response?.body.length]),
          [[[], 0]],
        );
      }
      const [range] = readSearch('ERASEME-1');
      assert.ok(range !== undefined);
      assert.deepEqual(await bench.store.find(range, 10), []);
      const page = { limit: 10, after: null };
      assert.deepEqual((await bench.store.deliveries(tenant, { key: 'ERASEME-1' }, page)).items, []);

      // Nothing of it is in the queue, and the attempt that was under way tells nothing any more.
      assert.deepEqual(await bench.claimDue(owner, later(1_000)), []);
      assert.deepEqual(await bench.claimBacklog(owner, waiting.endpointId), []);
      assert.deepEqual(await bench.record(owner, attemptOf(leased, FAILED, dueAgain(STEADY))), ['late']);
      const late = (await bench.delivery(tenant, leased.id)).history;
      assert.deepEqual(
        late.map((one) => [one.late, one.response?.status, one.response?.headers, one.response?.body.length]),
        [[true, 503, [], 0]],
      );
      assert.equal((await bench.store.event(tenant, event.id))?.deliveries.at(-1)?.state, 'cancelled');
      for (const { id } of [done, due, leased]) assert.equal(await bench.store.retry(tenant, id, STEADY), 'erased');
      assert.deepEqual(await bench.claimDue(owner, later(1_000)), []);

      // The same again changes nothing; the same event posted again is answered, and not stored anew.
      assert.equal(await bench.store.eraseEvent(tenant, event.id, wallLater(900)), true);
      assert.equal((await bench.store.event(tenant, event.id))?.erasedAt, wallLater(500));
      const [again] = await bench.store.accept(owner, [
        { tenantId: tenant, revision: await bench.revision(tenant), events: [made] },
      ]);
      assert.ok(again?.kind === 'accepted' && again.events[0]?.existing === true);
      assert.ok(((await bench.store.event(tenant, beside.event.id))?.body.length ?? 0) > 0);
    });

    it('is of one tenant, and says when there is nothing to erase', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const { tenant: other } = await bench.start('other');
      const { event } = await bench.accept(owner, [endpoint]);
      assert.equal(await bench.store.eraseEvent(other, event.id, wallLater(1)), false);
      assert.equal(await bench.store.eraseEvent(tenant, newId<EventId>(), wallLater(1)), false);
      const shown = await bench.store.event(tenant, event.id);
      assert.deepEqual([shown?.erasedAt, shown?.body], [null, event.body]);
    });
  });
}
