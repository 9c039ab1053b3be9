// Puts work into a store before a service is started on it: endpoints, and deliveries in any number and place, through the
// store's own calls.
import { systemRandom } from '../../packages/posthorn/src/adapters/random.ts';
import type { EventContent, LeasedDelivery } from '../../packages/posthorn/src/domain/delivery.ts';
import { DEFAULT_SETTINGS } from '../../packages/posthorn/src/domain/endpoint/settings.ts';
import { fingerprint } from '../../packages/posthorn/src/domain/fingerprint.ts';
import {
  type DeliveryId,
  type EndpointId,
  makeId,
  type OwnerId,
  type TenantId,
} from '../../packages/posthorn/src/domain/ids.ts';
import { wall } from '../../packages/posthorn/src/domain/time.ts';
import { EndpointDocuments } from '../../packages/posthorn/src/engine/endpoints/documents.ts';
import type { Store } from '../../packages/posthorn/src/seams/store/index.ts';
import type { NewDelivery, NewEvent } from '../../packages/posthorn/src/seams/store/queue.ts';
import type { StoredEndpoint } from '../../packages/posthorn/src/seams/store/registry.ts';
import { eventAt } from '../processes/payload.ts';
import { tenantOf } from '../processes/tenant.ts';
import { ENCRYPTION_KEY } from './service.ts';

export const SECRET = 'bench-secret-of-all-endpoints';
export const TENANT = tenantOf('bench');

/** Events per call: as large as the intake's own transactions. */
const BATCH = 500;
/** Calls under way at once while endpoints are made: they share transactions. */
const TOGETHER = 200;
const MAX_ENDPOINTS = 1_000_000;

export const random = systemRandom();
const documents = new EndpointDocuments(ENCRYPTION_KEY, random);

export const newId = <Id extends EndpointId | DeliveryId | OwnerId>(): Id => makeId<Id>(Date.now(), random.bytes(10));

export interface EndpointWish {
  readonly url: string;
  readonly tenantId?: TenantId;
  readonly eventTypes?: readonly string[];
}

/** Makes endpoints, and their tenants where they are missing. */
export async function makeEndpoints(store: Store, wishes: readonly EndpointWish[]): Promise<StoredEndpoint[]> {
  const now = wall(Date.now());
  const made = wishes.map(({ url, tenantId = TENANT, eventTypes }): StoredEndpoint => {
    const id = newId<EndpointId>();
    const settings = { ...DEFAULT_SETTINGS, url, eventTypes: eventTypes ?? null, secrets: [SECRET] } as const;
    return {
      id,
      tenantId,
      uid: null,
      state: 'active',
      version: 1,
      createdAt: now,
      updatedAt: now,
      ...documents.write({ tenantId, endpointId: id, version: 1 }, settings),
      changedBy: 'system',
    };
  });
  for (const id of new Set(made.map(({ tenantId }) => tenantId))) await store.putTenant(id, undefined, now);
  for (let from = 0; from < made.length; from += TOGETHER) {
    await Promise.all(made.slice(from, from + TOGETHER).map((one) => store.createEndpoint(one, MAX_ENDPOINTS)));
  }
  return made;
}

/** Runs `work` as a registered process that is gone afterwards. */
export async function asOwner<Result>(store: Store, work: (owner: OwnerId) => Promise<Result>): Promise<Result> {
  const owner = newId<OwnerId>();
  await store.join(owner);
  const result = await work(owner);
  await store.leave(owner);
  return result;
}

function newEvent(event: EventContent, deliveries: readonly NewDelivery[]): NewEvent {
  return { event, fingerprint: fingerprint(event.type, event.id), ownId: null, keys: [], deliveries };
}

/**
 * Stores `count` events, each with one delivery, to the endpoints in turn.
 * @param momentOf what the receiver is to compare its clock with, for each
 * @returns the deliveries, in the order they were made, and what the store took for them
 */
export async function fill(
  store: Store,
  owner: OwnerId,
  endpoints: readonly StoredEndpoint[],
  count: number,
  place: NewDelivery['place'],
  momentOf?: (index: number) => number,
): Promise<{ readonly leased: LeasedDelivery[]; readonly storeMs: number }> {
  const leased: LeasedDelivery[] = [];
  let storeMs = 0;
  const revisions = new Map<TenantId, number>();
  for (let from = 0; from < count; from += BATCH) {
    const groups = new Map<TenantId, NewEvent[]>();
    for (let index = from; index < Math.min(from + BATCH, count); index++) {
      const endpoint = endpoints[index % endpoints.length];
      if (endpoint === undefined) throw new Error('there are no endpoints');
      const event = eventAt(endpoint.tenantId, momentOf?.(index));
      const id = newId<DeliveryId>();
      leased.push({
        ...{ id, endpointId: endpoint.id, event },
        ...{ attempts: 0, failures: 0, interruptions: 0, resume: null, suspect: false },
      });
      const group = groups.get(endpoint.tenantId) ?? [];
      group.push(newEvent(event, [{ id, endpointId: endpoint.id, place }]));
      groups.set(endpoint.tenantId, group);
    }
    for (const tenantId of groups.keys()) {
      if (!revisions.has(tenantId)) revisions.set(tenantId, (await store.catalog(tenantId))?.revision ?? 0);
    }
    const batch = [...groups].map(([tenantId, events]) => ({
      tenantId,
      revision: revisions.get(tenantId) ?? 0,
      events,
    }));
    const began = performance.now();
    const results = await store.accept(owner, batch);
    storeMs += performance.now() - began;
    if (results.some(({ kind }) => kind !== 'accepted')) throw new Error('events were not accepted');
  }
  return { leased, storeMs };
}

/** Stores one event with a delivery to each endpoint, in the backlog. */
export async function acceptOne(
  store: Store,
  owner: OwnerId,
  endpoints: readonly StoredEndpoint[],
  bodyBytes: number,
): Promise<void> {
  const event = { ...eventAt(TENANT), body: new Uint8Array(bodyBytes) };
  const deliveries = endpoints.map(({ id }) => ({
    id: newId<DeliveryId>(),
    endpointId: id,
    place: 'backlog' as const,
  }));
  const revision = (await store.catalog(TENANT))?.revision ?? 0;
  const group = { tenantId: TENANT, revision, events: [newEvent(event, deliveries)] };
  const [result] = await store.accept(owner, [group]);
  if (result?.kind !== 'accepted') throw new Error('the event was not accepted');
}
