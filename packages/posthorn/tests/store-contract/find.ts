// Searches over all tenants by ids, how they begin, own ids and keys; and lists by key.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { DeliveryId } from '../../src/domain/ids.ts';
import { readSearch } from '../../src/domain/search-range.ts';
import type { Page } from '../../src/seams/store/registry.ts';
import { allPages, type Bench, type ContractIt, eventFor, ids, newlyLeased } from './bench.ts';
import { attemptOf, DONE, dueAgain, FAILED, later, newEvent, newId, SUCCEEDED, WALL, wallLater } from './makers.ts';

export function findContract(it: ContractIt): void {
  describe('finding over all tenants', () => {
    it('finds deliveries in every place, attempts and events by their ids and how these begin', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start('one');
      const { endpoint: other } = await bench.start('two');
      const waiting = await bench.acceptOne(owner, endpoint);
      const retried = await bench.acceptOne(owner, endpoint);
      const ended = await bench.acceptOne(owner, other);
      const cancelled = await bench.acceptOne(owner, endpoint);
      const failed = attemptOf(retried, FAILED, dueAgain(later(5)));
      const succeeded = attemptOf(ended, SUCCEEDED, DONE);
      await bench.record(owner, failed, succeeded);
      await bench.store.release(owner, [{ id: cancelled.id, to: 'cancelled', endedAt: wallLater(9) }]);
      for (const [delivery, tenantId] of [
        [waiting, tenant],
        [retried, tenant],
        [ended, other.tenantId],
        [cancelled, tenant],
      ] as const) {
        const { id, event } = delivery;
        const facts = { tenantId, at: WALL, eventId: null };
        assert.deepEqual(await found(bench, id), [{ ...facts, kind: 'delivery', value: id, deliveryId: id }]);
        assert.deepEqual(await found(bench, event.id), [
          { ...facts, kind: 'event', value: event.id, deliveryId: null, eventId: event.id },
        ]);
      }
      for (const { attemptId, deliveryId, startedAt } of [failed, succeeded]) {
        const [match, ...more] = await found(bench, attemptId);
        assert.deepEqual(more, []);
        assert.deepEqual(match, {
          ...{ kind: 'attempt', value: attemptId, at: startedAt, deliveryId, eventId: null },
          tenantId: deliveryId === ended.id ? other.tenantId : tenant,
        });
      }
      // All of them were made in the same millisecond.
      const all = await found(bench, waiting.id.slice(0, 13));
      const made = [waiting, retried, ended, cancelled];
      const wanted = [...ids(made), ...made.map(({ event }) => event.id), failed.attemptId, succeeded.attemptId];
      assert.deepEqual(all.map(({ value }) => value).toSorted(), wanted.toSorted());
      assert.deepEqual(await found(bench, newId<DeliveryId>()), []);
    });

    it('finds events whose ids their producers chose, own ids and keys', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start('one');
      const { tenant: second, endpoint: other } = await bench.start('two');
      const id = 'deadbeef-0000-4000-8000-000000000009' as ReturnType<typeof newEvent>['id'];
      for (const [tenantId, to] of [
        [tenant, endpoint],
        [second, other],
      ] as const) {
        const made = {
          ...eventFor(newEvent(tenantId, { id }), [to]),
          ownId: 'order-20417',
          keys: ['ORD 17', 'käse-😀'],
        };
        await bench.store.accept(owner, [{ tenantId, revision: await bench.revision(tenantId), events: [made] }]);
      }
      for (const [text, kind, value] of [
        [id, 'event', id],
        ['DEADBEEF', 'event', id],
        ['order-20417', 'ownId', 'order-20417'],
        ['order-20', 'ownId', 'order-20417'],
        ['ORD 17', 'key', 'ORD 17'],
        ['käse-😀', 'key', 'käse-😀'],
      ] as const) {
        const matches = await found(bench, text);
        assert.deepEqual(
          matches.toSorted((a, b) => (a.tenantId < b.tenantId ? -1 : 1)),
          [tenant, second].map((tenantId) => ({ kind, tenantId, value, at: WALL, deliveryId: null, eventId: id })),
          text,
        );
      }
      for (const text of ['order-2', 'ORD', 'ord 17', 'rder-20417', '%', 'käse'])
        assert.deepEqual(await found(bench, text), []);
      assert.deepEqual((await bench.store.event(tenant, id))?.keys, ['ORD 17', 'käse-😀']);
      await bench.store.deleteTenant(tenant, wallLater(1));
      for (const text of [id, 'order-20417', 'ORD 17']) {
        assert.deepEqual(
          (await found(bench, text)).map(({ tenantId }) => tenantId),
          [second],
        );
      }
    });

    it('finds at most so many of each kind, the newest first', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const made = [];
      for (let index = 0; index < 5; index++) made.push(await bench.acceptOne(owner, endpoint));
      const [range] = readSearch(made[0]?.id.slice(0, 13) ?? '');
      assert.ok(range !== undefined);
      const matches = await bench.store.find(range, 2);
      const values = (kind: string) => matches.filter((one) => one.kind === kind).map(({ value }) => value);
      const newest = made.toReversed().slice(0, 2);
      assert.deepEqual([values('delivery'), values('event')], [ids(newest), newest.map(({ event }) => event.id)]);
    });
  });

  describe('lists by key', () => {
    it('hold the events with the key and their deliveries, page by page, other conditions kept, until they are pruned', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const { tenant: other } = await bench.start('other');
      const second = await bench.endpoint(tenant);
      const revision = await bench.revision(tenant);
      const events = Array.from({ length: 30 }, (_, index) => {
        const type = index % 2 === 0 ? 'even' : 'odd';
        const event = newEvent(tenant, { type, createdAt: wallLater(index) });
        return {
          ...eventFor(event, [endpoint, second]),
          keys: index % 3 === 0 ? ['a', 'b'] : index % 3 === 1 ? ['b'] : [],
        };
      });
      await bench.store.accept(owner, [{ tenantId: tenant, revision, events }]);
      const made = events.flatMap((one) => one.deliveries.map((delivery) => ({ ...one, delivery })));
      const done = made.filter((_, index) => index % 4 === 0);
      const records = done.map(({ delivery: { id, endpointId }, event }) =>
        attemptOf(newlyLeased(id, endpointId, event), SUCCEEDED, DONE),
      );
      await bench.record(owner, ...records);
      const succeeded = new Set<string>(done.map(({ delivery }) => delivery.id));
      for (const key of ['a', 'b', 'c']) {
        for (const limit of [4, 100]) {
          const listed = await allPages(
            limit,
            (page: Page<{ createdAt: typeof WALL; id: (typeof events)[0]['event']['id'] }>) =>
              bench.store.events(tenant, { key, eventType: 'even' }, page),
            ({ createdAt, id }) => ({ createdAt, id }),
          );
          const wanted = events.filter(({ keys, event }) => keys.includes(key) && event.type === 'even');
          assert.deepEqual(ids(listed), ids(wanted.map(({ event }) => event)).toReversed());
          for (const filter of [
            { key },
            { key, states: ['succeeded'] },
            { key, endpointId: second.id, since: wallLater(5), until: wallLater(20) },
            { key, eventType: 'odd' },
          ] as const) {
            const found = await allPages(
              limit,
              (page: Page<DeliveryId>) => bench.store.deliveries(tenant, filter, page),
              ({ id }) => id,
            );
            const fitting = made.filter(
              ({ keys, event, delivery }) =>
                keys.includes(key) &&
                (!('states' in filter) || succeeded.has(delivery.id)) &&
                (!('eventType' in filter) || event.type === filter.eventType) &&
                (!('since' in filter) ||
                  (delivery.endpointId === second.id &&
                    event.createdAt >= filter.since &&
                    event.createdAt < (filter.until ?? 0))),
            );
            const wantedIds = fitting
              .map(({ delivery }) => delivery.id)
              .toSorted()
              .toReversed();
            assert.deepEqual(ids(found), wantedIds, JSON.stringify(filter));
          }
        }
      }
      const page = { limit: 100, after: null };
      const [first] = made;
      assert.ok(first !== undefined);
      const { delivery, event } = first;
      const fitting = { key: 'a', eventId: event.id, endpointId: delivery.endpointId };
      assert.deepEqual(ids((await bench.store.deliveries(tenant, fitting, page)).items), [delivery.id]);
      assert.deepEqual((await bench.store.deliveries(tenant, { key: 'c', eventId: event.id }, page)).items, []);
      assert.deepEqual((await bench.store.deliveries(other, { key: 'a' }, page)).items, []);
      assert.deepEqual((await bench.store.events(other, { key: 'a' }, page)).items, []);

      const rest = made.filter(({ delivery: { id } }) => !succeeded.has(id));
      await bench.record(
        owner,
        ...rest.map((one) =>
          attemptOf(newlyLeased(one.delivery.id, one.delivery.endpointId, one.event), SUCCEEDED, DONE),
        ),
      );
      while ((await bench.store.prune(wallLater(100_000), 1_000)) > 0);
      assert.deepEqual(await found(bench, 'a'), []);
      assert.deepEqual((await bench.store.deliveries(tenant, { key: 'a' }, page)).items, []);
    });
  });
}

async function found(bench: Bench, text: string) {
  const [range] = readSearch(text);
  assert.ok(range !== undefined);
  return await bench.store.find(range, 20);
}
