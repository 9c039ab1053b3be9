// Ids in paths. A text that is no id cannot be the id of anything, so it is answered like an unknown one.
import {
  type DeliveryId,
  type EndpointId,
  type EventId,
  parseId,
  parseTenantId,
  type ReplayId,
  readEventId,
  type TenantId,
} from '../../domain/ids.ts';
import { notFound } from './problems.ts';
import type { ApiStore } from './route.ts';

/** The tenant of a path. @throws Problem when it is no id */
export function pathTenant({ tenant }: { readonly tenant: string }): TenantId {
  const id = parseTenantId(tenant);
  if (id === undefined) throw notFound('tenant');
  return id;
}

/** The endpoint of a path. @throws Problem when it is no id */
export function pathEndpoint({ endpoint }: { readonly endpoint: string }): EndpointId {
  return parseId<EndpointId>(endpoint) ?? refuse('endpoint');
}

/** The event of a path, by its id or by the text of its producer's own. @throws Problem when it can be neither */
export function pathEvent(path: { readonly tenant: string; readonly event: string }): EventId {
  return readEventId(pathTenant(path), path.event)?.id ?? refuse('event');
}

/** The delivery of a path. @throws Problem when it is no id */
export function pathDelivery({ delivery }: { readonly delivery: string }): DeliveryId {
  return parseId<DeliveryId>(delivery) ?? refuse('delivery');
}

/** The replay of a path. @throws Problem when it is no id */
export function pathReplay({ replay }: { readonly replay: string }): ReplayId {
  return parseId<ReplayId>(replay) ?? refuse('replay');
}

function refuse(what: string): never {
  throw notFound(what);
}

/** For lists: one that is empty may be so because there is no such tenant. */
export async function requireTenant(store: ApiStore, id: TenantId, items: readonly unknown[]): Promise<void> {
  if (items.length === 0 && (await store.tenant(id)) === undefined) throw notFound('tenant');
}
