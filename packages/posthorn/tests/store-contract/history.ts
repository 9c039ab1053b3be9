// The history that people see: complete, newest first, page by page, filtered, and only their own tenant's.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { DeliveryState, EndState, EventContent, LeasedDelivery, Next } from '../../src/domain/delivery.ts';
import type { AttemptId, DeliveryId, EventId, OwnerId, TenantId } from '../../src/domain/ids.ts';
import type { CallResult, Outcome } from '../../src/domain/outcome.ts';
import type {
  DeliveryFilter,
  DeliverySummary,
  EventFilter,
  EventKey,
  EventSummary,
} from '../../src/seams/store/history.ts';
import type { Page, StoredEndpoint } from '../../src/seams/store/registry.ts';
import { allPages, type Bench, type ContractIt, eventFor, ids, newlyLeased, only } from './bench.ts';
import {
  attemptOf,
  DONE,
  dueAgain,
  EXHAUSTED,
  FAILED,
  later,
  newEvent,
  newId,
  REFUSED,
  STEADY,
  SUCCEEDED,
  tenantId,
  wallLater,
} from './makers.ts';

export function historyContract(it: ContractIt): void {
  describe('the list of events', () => {
    it('is newest first by creation, then by id, page by page', async (bench) => {
      const { tenant, owner } = await bench.start();
      // Producers choose event ids: they say nothing about the order.
      const made = [];
      for (const [id, at] of [
        ['00000000-0000-4000-8000-000000000009', 10],
        ['ffffffff-0000-4000-8000-000000000001', 20],
        ['00000000-0000-4000-8000-000000000002', 20],
        ['7fffffff-0000-4000-8000-000000000003', 20],
        ['80000000-0000-4000-8000-000000000004', 5],
      ] as const) {
        made.push(newEvent(tenant, { id: id as EventId, createdAt: wallLater(at) }));
      }
      const revision = await bench.revision(tenant);
      await bench.store.accept(owner, [{ tenantId: tenant, revision, events: made.map((one) => eventFor(one, [])) }]);
      const sorted = made.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      for (const limit of [1, 2, 3, 100]) {
        const listed = await allEvents(bench, tenant, {}, limit);
        assert.deepEqual(
          listed,
          sorted.map(({ id, type, createdAt }) => ({ id, type, createdAt })),
        );
      }
    });

    it('keeps to its filter: type, since (included) and until (excluded)', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const made: EventContent[] = [];
      for (const [at, type] of [
        [10, 'a'],
        [20, 'b'],
        [30, 'a'],
        [40, 'a.b'],
      ] as const) {
        made.push((await bench.accept(owner, [endpoint], 'leased', { createdAt: wallLater(at), type })).event);
      }
      const filters: readonly EventFilter[] = [
        { eventType: 'a' },
        { eventType: 'none' },
        { since: wallLater(20) },
        { until: wallLater(30) },
        { since: wallLater(20), until: wallLater(40) },
        { since: wallLater(20), until: wallLater(40), eventType: 'a' },
        { since: wallLater(41) },
      ];
      for (const filter of filters) {
        const wanted: EventContent[] = made.filter(
          ({ type, createdAt }) =>
            (filter.eventType === undefined || filter.eventType === type) &&
            createdAt >= (filter.since ?? 0) &&
            createdAt < (filter.until ?? Number.POSITIVE_INFINITY),
        );
        for (const limit of [1, 100]) {
          const listed = await allEvents(bench, tenant, filter, limit);
          assert.deepEqual(ids(listed), ids(wanted.toReversed()), JSON.stringify(filter));
        }
      }
    });

    for (const everyMs of [700, 3]) {
      it(`finds all of a type among those of others, of events ${everyMs} ms apart`, async (bench) => {
        const { tenant, owner } = await bench.start();
        const revision = await bench.revision(tenant);
        const made = Array.from({ length: 1_200 }, (_, index) => {
          const type = index === 40 ? 'rare' : index % 8 === 0 ? 'seldom' : 'frequent';
          return newEvent(tenant, { type, createdAt: wallLater(Math.floor(index / 3) * everyMs) });
        });
        await bench.store.accept(owner, [{ tenantId: tenant, revision, events: made.map((one) => eventFor(one, [])) }]);
        const newest = made.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
        for (const eventType of ['rare', 'seldom', 'frequent']) {
          for (const moment of [{}, { since: wallLater(50 * everyMs) }, { until: wallLater(50 * everyMs) }] as const) {
            const { since, until }: EventFilter = moment;
            const wanted = newest.filter(
              (one) =>
                one.type === eventType &&
                one.createdAt >= (since ?? 0) &&
                one.createdAt < (until ?? Number.POSITIVE_INFINITY),
            );
            for (const limit of [7, 2_000]) {
              const listed = await allEvents(bench, tenant, { eventType, ...moment }, limit);
              assert.deepEqual(ids(listed), ids(wanted), `${eventType} ${JSON.stringify(moment)} by ${limit}`);
            }
          }
        }
      });
    }

    it('shows a tenant its own and nobody else’s', async (bench) => {
      const one = await bench.start('one');
      const two = await bench.start('two');
      const { event } = await bench.accept(one.owner, [one.endpoint]);
      const page = { limit: 10, after: null };
      assert.deepEqual(ids((await bench.store.events(one.tenant, {}, page)).items), [event.id]);
      assert.deepEqual((await bench.store.events(two.tenant, {}, page)).items, []);
      assert.deepEqual((await bench.store.events(tenantId('nobody'), {}, page)).items, []);
      assert.equal(await bench.store.event(two.tenant, event.id), undefined);
      assert.equal(await bench.store.event(one.tenant, newId<EventId>()), undefined);
    });
  });

  describe('an event', () => {
    it('shows its deliveries in every state', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const second = await bench.endpoint(tenant);
      const third = await bench.endpoint(tenant);
      const { event, deliveries } = await bench.accept(owner, [endpoint, second, third]);
      const [done, due, leased] = deliveries as [LeasedDelivery, LeasedDelivery, LeasedDelivery];
      await bench.record(owner, attemptOf(done, SUCCEEDED, DONE), attemptOf(due, FAILED, dueAgain(later(5))));
      await bench.acceptOne(owner, endpoint);
      const shown = await bench.store.event(tenant, event.id);
      const summary = ({ id, endpointId }: LeasedDelivery) => ({
        id,
        endpointId,
        eventId: event.id,
        eventType: event.type,
        createdAt: event.createdAt,
        endpointHost: 'example.com',
      });
      const lastAttempt = (outcome: Outcome, status: number) => ({ outcome, status, startedAt: wallLater(100) });
      assert.deepEqual(
        new Map(shown?.deliveries.map((one) => [one.id, one])),
        new Map<DeliveryId, object>([
          [
            done.id,
            {
              ...summary(done),
              ...{ state: 'succeeded', attempts: 1, nextAttemptAt: null, endedAt: wallLater(200) },
              lastAttempt: lastAttempt('succeeded', 204),
            },
          ],
          [
            due.id,
            {
              ...summary(due),
              ...{ state: 'pending', attempts: 1, nextAttemptAt: later(5), endedAt: null },
              lastAttempt: lastAttempt('http_status', 503),
            },
          ],
          [
            leased.id,
            {
              ...summary(leased),
              ...{ state: 'pending', attempts: 0, nextAttemptAt: null, endedAt: null, lastAttempt: null },
            },
          ],
        ]),
      );
    });
  });

  describe('a delivery', () => {
    it('is found by its id in every place and state, and only under its tenant', async (bench) => {
      const other = await bench.start('other');
      const world = await everyState(bench);
      for (const { delivery, state } of world.made) {
        const shown = await bench.delivery(world.tenant, delivery.id);
        assert.deepEqual([shown.state, shown.id, shown.eventId], [state, delivery.id, delivery.event.id]);
        assert.equal(await bench.store.delivery(other.tenant, delivery.id), undefined);
      }
      assert.equal(await bench.store.delivery(world.tenant, newId<DeliveryId>()), undefined);
    });
  });

  describe('the list of deliveries', () => {
    it('is newest first by id over pending and ended alike, page by page', async (bench) => {
      const { tenant, made } = await everyState(bench);
      const sorted = ids(made.map(({ delivery }) => delivery))
        .sort()
        .reverse();
      for (const limit of [1, 2, 3, 5, 100]) {
        const listed = await allDeliveries(bench, tenant, {}, limit);
        assert.deepEqual(ids(listed), sorted, `pages of ${limit}`);
      }
    });

    it('shows what the delivery itself shows', async (bench) => {
      const { tenant } = await everyState(bench);
      for (const summary of (await bench.store.deliveries(tenant, {}, { limit: 100, after: null })).items) {
        const { history: _, body: _body, ...rest } = await bench.delivery(tenant, summary.id);
        assert.deepEqual(summary, rest);
      }
    });

    it('keeps to every combination of filters', async (bench) => {
      const { tenant, made, endpoints } = await everyState(bench);
      const [first] = endpoints;
      const states: readonly (DeliveryState | undefined)[] = [
        undefined,
        'pending',
        'succeeded',
        'exhausted',
        'cancelled',
      ];
      const others: readonly DeliveryFilter[] = [
        {},
        { endpointId: first.id },
        { eventType: 'type.1' },
        { eventType: 'none' },
        { since: wallLater(3_000) },
        { until: wallLater(3_000) },
        { since: wallLater(2_000), until: wallLater(6_000), eventType: 'type.0' },
        { endpointId: first.id, eventType: 'type.0', until: wallLater(7_000) },
        { eventId: only(made.slice(0, 1)).delivery.event.id },
        { eventId: only(made.slice(2, 3)).delivery.event.id, endpointId: first.id },
        { eventId: newId<EventId>() },
        { outcomes: ['succeeded'] },
        { outcomes: ['http_status'] },
        { outcomes: ['http_status', 'connect_refused'], endpointId: first.id },
        { outcomes: ['http_status'], eventType: 'type.0' },
        { outcomes: ['succeeded', 'connect_refused'], until: wallLater(5_000) },
        { outcomes: ['dns_error'] },
        { statuses: [204] },
        { statuses: [503] },
        { statuses: [500, 501, 502, 503, 504], since: wallLater(2_000) },
        { statuses: [204, 503], eventType: 'type.1' },
        { statuses: [204], endpointId: first.id },
        { statuses: [503], endpointId: first.id },
        { statuses: [503], outcomes: ['http_status'] },
        { statuses: [204], outcomes: ['http_status'] },
        { statuses: [404] },
        { states: ['succeeded', 'exhausted'], outcomes: ['http_status'] },
        { states: ['pending', 'cancelled'] },
        { states: ['exhausted', 'cancelled'], endpointId: first.id },
      ];
      for (const state of states) {
        for (const other of others) {
          const filter: DeliveryFilter = state === undefined ? other : { ...other, states: [state] };
          const wanted = made
            .filter((one) => fits(one, filter))
            .map(({ delivery }) => delivery.id)
            .sort()
            .reverse();
          for (const limit of [2, 100]) {
            const listed = await allDeliveries(bench, tenant, filter, limit);
            assert.deepEqual(ids(listed), wanted, `${JSON.stringify(filter)} by ${limit}`);
          }
        }
      }
    });

    it('shows a tenant its own and nobody else’s, whatever it asks for', async (bench) => {
      const { made, endpoints } = await everyState(bench);
      const { tenant: other } = await bench.start('other');
      const [first] = endpoints;
      const eventId = made[0]?.delivery.event.id ?? newId<EventId>();
      for (const filter of [
        {},
        { endpointId: first.id },
        { eventId },
        { states: ['pending'] },
        { states: ['succeeded'] },
      ] as const) {
        assert.deepEqual((await bench.store.deliveries(other, filter, { limit: 10, after: null })).items, []);
        assert.deepEqual(
          (await bench.store.deliveries(tenantId('nobody'), filter, { limit: 10, after: null })).items,
          [],
        );
      }
    });

    for (const everyMs of [1_000, 1]) {
      it(`finds all of a type among those of others, of events ${everyMs} ms apart`, async (bench) => {
        const { tenant, owner, endpoint } = await bench.start();
        const second = await bench.endpoint(tenant);
        const revision = await bench.revision(tenant);
        const events = Array.from({ length: 1_700 }, (_, index) => {
          const type = index === 40 ? 'rare' : index % 8 === 0 ? 'seldom' : 'frequent';
          const event = newEvent(tenant, { type, createdAt: wallLater(index * everyMs) });
          return eventFor(event, index % 5 === 0 ? [endpoint, second] : [endpoint]);
        });
        const [answer] = await bench.store.accept(owner, [{ tenantId: tenant, revision, events }]);
        assert.equal(answer?.kind, 'accepted');
        // The oldest are exhausted, of the others one in ten is ended.
        const made = events.flatMap(({ event, deliveries }, index) => {
          const state: DeliveryState = index < 4 ? 'exhausted' : index % 10 === 1 ? 'succeeded' : 'pending';
          const last = state === 'pending' ? null : SUCCEEDED;
          return deliveries.map(({ id, endpointId }) => ({
            delivery: newlyLeased(id, endpointId, event),
            state,
            last,
          }));
        });
        const records = made.flatMap(({ delivery, state }) => {
          if (state === 'pending') return [];
          return attemptOf(delivery, SUCCEEDED, state === 'exhausted' ? EXHAUSTED : DONE);
        });
        await bench.record(owner, ...records);
        for (const filter of [
          { eventType: 'frequent' },
          { eventType: 'frequent', states: ['succeeded'] },
          { eventType: 'frequent', states: ['exhausted'] },
          { eventType: 'frequent', endpointId: second.id, since: wallLater(800 * everyMs) },
          { eventType: 'seldom' },
          { eventType: 'seldom', endpointId: second.id },
          { eventType: 'rare' },
          { eventType: 'rare', until: wallLater(40 * everyMs) },
        ] as const) {
          const wanted = made.filter((one) => fits(one, filter)).map(({ delivery }) => delivery.id);
          for (const limit of [90, 2_000]) {
            const listed = await allDeliveries(bench, tenant, filter, limit);
            assert.deepEqual(ids(listed), wanted.toSorted().toReversed(), `${JSON.stringify(filter)} by ${limit}`);
          }
        }
      });
    }

    it('finds all of a type of which one event has very many', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const many = [endpoint];
      while (many.length < 700) many.push(await bench.endpoint(tenant));
      const revision = await bench.revision(tenant);
      const events = [0, 100, 200].map((minutes) => {
        const event = newEvent(tenant, { type: 'wide', createdAt: wallLater(minutes * 60_000) });
        return eventFor(event, minutes === 100 ? many : [endpoint]);
      });
      await bench.store.accept(owner, [{ tenantId: tenant, revision, events }]);
      const listed = await allDeliveries(bench, tenant, { eventType: 'wide' }, 150);
      const made = events.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
      assert.deepEqual(ids(listed), made.toSorted().toReversed());
    });

    it('shows a small tenant its own between the many that another one has waiting', async (bench) => {
      const { owner, endpoint } = await bench.start('large');
      const { tenant, endpoint: own } = await bench.start('small');
      const accept = async (tenantId: TenantId, to: StoredEndpoint, moments: readonly number[]) => {
        const events = moments.map((at) => eventFor(newEvent(tenantId, { createdAt: wallLater(at) }), [to], 'backlog'));
        await bench.store.accept(owner, [{ tenantId, revision: await bench.revision(tenantId), events }]);
        return events.flatMap(({ event, deliveries }) => deliveries.map(({ id }) => newlyLeased(id, to.id, event)));
      };
      const early = await accept(tenant, own, [1, 2, 3]);
      await accept(
        endpoint.tenantId,
        endpoint,
        Array.from({ length: 6_000 }, (_, index) => 10 + index),
      );
      const late = await accept(tenant, own, [7_000, 7_001]);
      await bench.claimBacklog(owner, own.id, 2);
      await bench.record(owner, ...early.slice(0, 2).map((one) => attemptOf(one, SUCCEEDED, DONE)));
      const wanted = ids([...early, ...late]).toReversed();
      for (const limit of [1, 3, 100]) assert.deepEqual(ids(await allDeliveries(bench, tenant, {}, limit)), wanted);
      const pending = await allDeliveries(bench, tenant, { states: ['pending'] }, 2);
      assert.deepEqual(ids(pending), wanted.slice(0, 3));
    });

    it('shows a delivery once although it moved between two pages', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const made: LeasedDelivery[] = [];
      for (let index = 0; index < 6; index++) made.push(await bench.acceptOne(owner, endpoint));
      const first = (await bench.store.deliveries(tenant, {}, { limit: 3, after: null })).items;
      for (const one of made) await bench.record(owner, attemptOf(one, SUCCEEDED, DONE));
      await bench.acceptOne(owner, endpoint);
      const second = (await bench.store.deliveries(tenant, {}, { limit: 10, after: first.at(-1)?.id ?? null })).items;
      assert.deepEqual([...ids(first), ...ids(second)], ids(made).sort().reverse());
    });

    it('is found by any of its attempts, if the other conditions hold, too', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const { tenant: other } = await bench.start('other');
      const ended = await bench.acceptOne(owner, endpoint);
      const waiting = await bench.acceptOne(owner, endpoint);
      const failed = attemptOf(ended, FAILED, dueAgain(STEADY));
      await bench.record(owner, failed);
      const [again] = await bench.claimDue(owner, STEADY);
      assert.ok(again !== undefined);
      const succeeded = attemptOf(again, SUCCEEDED, DONE);
      const unfinished = attemptOf(waiting, FAILED, dueAgain(later(5)));
      await bench.record(owner, succeeded, unfinished);
      const { event } = ended;
      const page = { limit: 10, after: null };
      for (const { attemptId } of [failed, succeeded]) {
        for (const fitting of [
          {},
          { states: ['succeeded'], endpointId: endpoint.id, eventId: event.id, eventType: event.type },
          { since: event.createdAt },
        ] as const) {
          assert.deepEqual(ids((await bench.store.deliveries(tenant, { attemptId, ...fitting }, page)).items), [
            ended.id,
          ]);
        }
        for (const unfitting of [
          { states: ['pending'] },
          { eventId: waiting.event.id },
          { eventType: 'none' },
          { endpointId: (await bench.endpoint(tenant)).id },
          { since: wallLater(100_000) },
        ] as const) {
          assert.deepEqual((await bench.store.deliveries(tenant, { attemptId, ...unfitting }, page)).items, []);
        }
        assert.deepEqual(
          (await bench.store.deliveries(tenant, { attemptId }, { limit: 10, after: ended.id })).items,
          [],
        );
        assert.deepEqual((await bench.store.deliveries(other, { attemptId }, page)).items, []);
      }
      const { attemptId } = unfinished;
      assert.deepEqual(ids((await bench.store.deliveries(tenant, { attemptId }, page)).items), [waiting.id]);
      assert.deepEqual((await bench.store.deliveries(tenant, { attemptId: newId<AttemptId>() }, page)).items, []);
    });

    it('is found by an endpoint that was deleted', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE));
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(1));
      const listed = (await bench.store.deliveries(tenant, { endpointId: endpoint.id }, { limit: 10, after: null }))
        .items;
      assert.deepEqual(ids(listed), [delivery.id]);
      assert.equal(only(listed).endpointId, endpoint.id);
      assert.equal(only(listed).endpointHost, null);
    });
  });
}

function allEvents(bench: Bench, tenant: TenantId, filter: EventFilter, limit: number): Promise<EventSummary[]> {
  const list = (page: Page<EventKey>) => bench.store.events(tenant, filter, page);
  return allPages(limit, list, ({ id, createdAt }) => ({ id, createdAt }));
}

function allDeliveries(
  bench: Bench,
  tenant: TenantId,
  filter: DeliveryFilter,
  limit: number,
): Promise<DeliverySummary[]> {
  const list = (page: Page<DeliveryId>) => bench.store.deliveries(tenant, filter, page);
  return allPages(limit, list, ({ id }) => id);
}

interface Placed {
  readonly delivery: LeasedDelivery;
  readonly state: DeliveryState;
  /** Result of the last attempt. */
  readonly last: CallResult | null;
}

function fits({ delivery, state, last }: Placed, filter: DeliveryFilter): boolean {
  const { createdAt, type, id } = delivery.event;
  return (
    (filter.states === undefined || filter.states.includes(state)) &&
    (filter.outcomes === undefined || (last !== null && filter.outcomes.includes(last.outcome))) &&
    (filter.statuses === undefined || filter.statuses.some((status) => status === last?.response?.status)) &&
    (filter.endpointId === undefined || filter.endpointId === delivery.endpointId) &&
    (filter.eventId === undefined || filter.eventId === id) &&
    (filter.eventType === undefined || filter.eventType === type) &&
    createdAt >= (filter.since ?? 0) &&
    createdAt < (filter.until ?? Number.POSITIVE_INFINITY)
  );
}

/** Events a second apart, of two types, each to two endpoints, their deliveries spread over every place and state. */
async function everyState(bench: Bench): Promise<{
  tenant: TenantId;
  owner: OwnerId;
  endpoints: readonly [StoredEndpoint, StoredEndpoint];
  made: readonly Placed[];
}> {
  const { tenant, owner, endpoint } = await bench.start();
  const second = await bench.endpoint(tenant);
  const made: Placed[] = [];
  const place = async (delivery: LeasedDelivery, as: number): Promise<Placed> => {
    const ended = async (state: EndState, last: CallResult, next: Next): Promise<Placed> => {
      await bench.record(owner, attemptOf(delivery, last, next));
      return { delivery, state, last };
    };
    switch (as) {
      case 0:
        return { delivery, state: 'pending', last: null };
      case 1:
        await bench.store.release(owner, [{ id: delivery.id, to: 'backlog' }]);
        return { delivery, state: 'pending', last: null };
      case 2:
        await bench.record(owner, attemptOf(delivery, FAILED, dueAgain(STEADY)));
        return { delivery, state: 'pending', last: FAILED };
      case 3:
        return await ended('succeeded', SUCCEEDED, DONE);
      case 4:
        return await ended('exhausted', FAILED, EXHAUSTED);
      case 5:
        return await ended('exhausted', REFUSED, EXHAUSTED);
      case 6: {
        // Asked for by hand after it had succeeded, and failed: it is what it was.
        await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE));
        assert.equal(await bench.store.retry(tenant, delivery.id, later(-1)), 'due');
        const again = only(await bench.claimDue(owner, later(-1), 1));
        await bench.record(owner, attemptOf(again, FAILED, DONE));
        return { delivery, state: 'succeeded', last: FAILED };
      }
      default:
        await bench.store.release(owner, [{ id: delivery.id, to: 'cancelled', endedAt: wallLater(9) }]);
        return { delivery, state: 'cancelled', last: null };
    }
  };
  for (let index = 0; index < 8; index++) {
    const parts = { createdAt: wallLater(index * 1_000), type: `type.${index % 2}` };
    const { deliveries } = await bench.accept(owner, [endpoint, second], 'leased', parts);
    for (const [offset, delivery] of deliveries.entries()) {
      made.push(await place(delivery, (index * 2 + offset * 3) % 8));
    }
  }
  return { tenant, owner, endpoints: [endpoint, second], made };
}
