// Defects put in on purpose. Each stands for a mistake that is easy to make, and each must be caught: a promise whose check
// cannot fail is not kept, only claimed.
import type { LeasedDelivery } from '../../posthorn/src/domain/delivery.ts';
import { type DeliveryId, makeId, type OwnerId, type TenantId } from '../../posthorn/src/domain/ids.ts';
import { steady } from '../../posthorn/src/domain/time.ts';
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import type { AttemptRecord } from '../../posthorn/src/seams/store/queue.ts';
import type { StoredEndpoint } from '../../posthorn/src/seams/store/registry.ts';
import type { Mutation } from './world.ts';

/** A store whose calls of one name are replaced. */
function replace<Name extends keyof Store>(store: Store, name: Name, call: Store[Name]): Store {
  return new Proxy(store, {
    get(target, key) {
      if (key === name) return call;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function withDueAt(record: AttemptRecord, change: (dueAt: number, record: AttemptRecord) => number): AttemptRecord {
  const { next } = record;
  if (next.state !== 'pending') return record;
  return { ...record, next: { ...next, dueAt: steady(change(next.dueAt, record)) } };
}

/** An endpoint whose own number of calls at once cannot be seen. */
function withoutConcurrency(endpoint: StoredEndpoint): StoredEndpoint {
  const settings: unknown = JSON.parse(new TextDecoder().decode(endpoint.settings));
  const changed = JSON.stringify(settings, (name, value: unknown) => (name === 'concurrency' ? null : value));
  return { ...endpoint, settings: new TextEncoder().encode(changed) };
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'says yes before the commit, which then fails now and then',
    store: (store, dice) =>
      replace(store, 'accept', async (owner, groups) => {
        const lost = groups.filter(() => dice.chance(0.01));
        const kept = groups.filter((group) => !lost.includes(group));
        const results = await store.accept(owner, kept);
        return groups.map((group) => {
          const result = results[kept.indexOf(group)];
          if (result !== undefined) return result;
          const events = group.events.map(({ event: { id, type, createdAt }, ownId, deliveries }) => ({
            id,
            ownId,
            type,
            createdAt,
            deliveries,
            existing: false,
          }));
          return { kind: 'accepted', events };
        });
      }),
  },
  {
    name: 'makes retries two per cent early',
    store: (store) =>
      replace(store, 'record', (owner, records) =>
        store.record(
          owner,
          records.map((record) => withDueAt(record, (dueAt) => dueAt - 200)),
        ),
      ),
  },
  {
    name: 'reads due times off the wall clock',
    clock: (clock) => ({
      ...clock,
      now: () => steady(clock.wallNow()),
      timer: (at, fire) => clock.timer(steady(clock.now() + at - clock.wallNow()), fire),
    }),
  },
  {
    name: 'loses one claimed delivery in a hundred',
    store: (store, dice) =>
      replace(store, 'claimDue', async (owner, now, limit) => {
        const claim = await store.claimDue(owner, now, limit);
        return { ...claim, deliveries: claim.deliveries.filter(() => !dice.chance(0.01)) };
      }),
  },
  {
    name: 'claims what somebody else holds, now and then',
    store: (store, dice) => {
      let last: Awaited<ReturnType<Store['claimDue']>> | undefined;
      return replace(store, 'claimDue', async (owner, now, limit) => {
        const claim = await store.claimDue(owner, now, limit);
        const again = last !== undefined && dice.chance(0.1) ? last.deliveries.slice(0, 1) : [];
        last = claim;
        return { ...claim, deliveries: [...claim.deliveries, ...again] };
      });
    },
  },
  {
    name: 'never asks for what a lost answer left behind',
    store: (store) => replace(store, 'reclaim', async () => 0),
  },
  {
    name: 'gives back everything, also what is being attempted, when it is in doubt',
    store: (store) => replace(store, 'reclaim', (owner, _, now) => store.reclaim(owner, [], now)),
  },
  {
    name: 'never takes over from the dead',
    store: (store) => replace(store, 'takeOver', async () => undefined),
  },
  {
    name: 'takes itself for dead now and then, and begins anew under another name',
    store: (store, dice) =>
      replace(store, 'beat', async (owner, now) => (dice.chance(0.01) ? undefined : await store.beat(owner, now))),
  },
  {
    name: 'forgets an outcome in a thousand',
    store: (store, dice) =>
      replace(store, 'record', async (owner, records) => {
        const kept = records.filter(() => !dice.chance(0.001));
        const answers = await store.record(owner, kept);
        return records.map((record) => answers[kept.indexOf(record)] ?? 'recorded');
      }),
  },
  {
    name: 'counts again what it tells again after a lost answer',
    store: (store, dice) =>
      replace(store, 'tally', (_, number, told) =>
        store.tally(makeId<OwnerId>(told.at, dice.random().bytes(10)), number, told),
      ),
  },
  {
    name: 'forgets counts now and then',
    store: (store, dice) =>
      replace(store, 'tally', async (writer, number, told) => {
        if (!dice.chance(0.02)) await store.tally(writer, number, told);
      }),
  },
  {
    name: 'forgets now and then how far a replay has come, and meets a delivery again',
    store: (store, dice) => {
      const met: { readonly tenantId: TenantId; readonly id: DeliveryId }[] = [];
      return replace(store, 'stepReplay', async (now, at) => {
        const step = await store.stepReplay(now, at);
        const { replay } = step;
        if (replay === null || step.made === 0) return step;
        const { tenantId } = replay;
        const again = met.find((one) => one.tenantId === tenantId);
        if (again !== undefined && dice.chance(0.2)) await store.retry(tenantId, again.id, now);
        for (const { id } of (await store.deliveries(tenantId, { states: ['pending'] }, { limit: 1, after: null }))
          .items) {
          met.push({ tenantId, id });
        }
        return step;
      });
    },
  },
  {
    name: 'leaves a replay behind when the answer to its step does not come',
    store: (store, dice) =>
      replace(store, 'stepReplay', async (now, at) => {
        const step = await store.stepReplay(now, at);
        return dice.chance(0.1) ? { ...step, nextAt: null } : step;
      }),
  },
  {
    name: 'sends a new correlation id with each attempt',
    call: (call, dice) => ({
      ...call,
      headers: call.headers.map(([name, value]) =>
        name.endsWith('correlationid') && dice.chance(0.05) ? [name, `${value.slice(0, -4)}beef`] : [name, value],
      ),
    }),
  },
  {
    name: 'changes the body on the way',
    call: (call, dice) => (dice.chance(0.01) ? { ...call, body: new TextEncoder().encode('{}') } : call),
  },
  {
    name: 'tries once more than the schedule allows',
    store: (store) =>
      replace(store, 'record', (owner, records) =>
        store.record(
          owner,
          records.map((record) =>
            record.next.state === 'exhausted' && record.number === 3 && record.trigger === 'schedule'
              ? {
                  ...record,
                  next: { ...record.next, state: 'pending', dueAt: steady(record.endedAt + 5_000), resume: null },
                }
              : record,
          ),
        ),
      ),
  },
  {
    name: 'attempts what may kill it beside others, up to the last time',
    store: (store) =>
      replace(store, 'claimDue', async (owner, now, limit) => {
        const claim = await store.claimDue(owner, now, limit);
        const unsuspected = ({ interruptions, ...rest }: LeasedDelivery): LeasedDelivery => ({
          ...rest,
          interruptions: Math.min(interruptions, 1),
        });
        return { ...claim, deliveries: claim.deliveries.map(unsuspected) };
      }),
  },
  {
    name: 'lets every endpoint have as many calls at once as the installation allows',
    store: (store) =>
      replace(store, 'catalog', async (tenantId) => {
        const catalog = await store.catalog(tenantId);
        return catalog && { ...catalog, endpoints: catalog.endpoints.map(withoutConcurrency) };
      }),
  },
  {
    name: 'says yes to one change of an endpoint in ten and does not store it',
    store: (store, dice) =>
      replace(store, 'replaceEndpoint', async (endpoint) =>
        dice.chance(0.1) ? 'replaced' : await store.replaceEndpoint(endpoint),
      ),
  },
  {
    name: 'names the version of the endpoint that is in force at the end of an attempt',
    store: (store) => {
      const claimed = new Map<DeliveryId, LeasedDelivery>();
      const claiming = replace(store, 'claimDue', async (owner, now, limit) => {
        const claim = await store.claimDue(owner, now, limit);
        for (const delivery of claim.deliveries) claimed.set(delivery.id, delivery);
        return claim;
      });
      const atTheEnd = async (record: AttemptRecord): Promise<AttemptRecord> => {
        const { event, endpointId } = claimed.get(record.deliveryId) ?? {};
        if (event === undefined || endpointId === undefined || record.madeFrom === null) return record;
        const endpoint = await store.endpoint(event.tenantId, endpointId);
        return endpoint ? { ...record, madeFrom: { ...record.madeFrom, version: endpoint.version } } : record;
      };
      return replace(claiming, 'record', async (owner, records) =>
        store.record(owner, await Promise.all(records.map(atTheEnd))),
      );
    },
  },
  {
    name: 'names the sender profile that was stored first, whichever it sent with',
    store: (store) =>
      replace(store, 'senderProfile', async (facts) => {
        await store.senderProfile(facts);
        return 1;
      }),
  },
  {
    name: 'erases the payload of a pending delivery with those that are overdue',
    store: (store) =>
      replace(store, 'eraseOverdue', async (tenantId, before, now, limit) => {
        const pending = await store.deliveries(tenantId, { states: ['pending'] }, { limit: 1, after: null });
        for (const { eventId } of pending.items) await store.eraseEvent(tenantId, eventId, now);
        return await store.eraseOverdue(tenantId, before, now, limit);
      }),
  },
];
