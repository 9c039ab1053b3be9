// Deliveries of one event type, found by its events: an index tells types, so that far more can be looked at in the same time
// than in the list of all deliveries. As there, a step looks at a bounded number of rows.
import { type DeliveryId, type EndpointId, idFloor, idTime } from '../../domain/ids.ts';
import type { DeliverySummary } from '../../seams/store/history.ts';
import type { Connection } from './connection.ts';
import type { Search, Step } from './summaries.ts';
import { ID_SKEW_MS, oneSummary, summaryOf } from './summary.ts';
import { idBytes, readId, readList } from './uuid.ts';

/** Events examined per step, in the index alone: about 2 ms. */
const EXAMINED_PER_STEP = 10_000;
/** Events of the type that are read per step, and deliveries: a step ends with the event that brings it to so many. */
const EVENTS_PER_STEP = 300;
const DELIVERIES_PER_STEP = 500;

// index: event_by_time, downwards
export const LISTED = `
  select created_at, deliveries from event
  where tenant = ? and created_at <= ? and created_at >= ? and type = ?
  order by created_at desc, id desc limit ${EVENTS_PER_STEP}`;
export const LISTED_BOUND = `
  select created_at from event where tenant = ? and created_at <= ? and created_at >= ?
  order by created_at desc, id desc limit 1 offset ${EXAMINED_PER_STEP - 1}`;

interface Listed {
  readonly id: DeliveryId;
  readonly endpointId: EndpointId;
}

/**
 * @param reach the lowest id that a step through the deliveries themselves would reach
 * @returns `undefined` when this would not reach any lower: where the type is frequent, or events come thick and fast
 */
export function byType(
  db: Connection,
  search: Search,
  states: readonly number[],
  limit: number,
  reach: Uint8Array,
): Step<DeliverySummary, DeliveryId> | undefined {
  const { listed, low } = listedOf(db, search);
  if (Buffer.compare(low, reach) >= 0) return undefined;
  const items: DeliverySummary[] = [];
  for (const { id, endpointId } of listed.sort((a, b) => (a.id < b.id ? 1 : -1))) {
    const key = new Uint8Array(idBytes(id));
    if (Buffer.compare(key, low) < 0 || Buffer.compare(key, search.high) >= 0) continue;
    if (search.endpoint !== null && db.names.endpointKey(endpointId) !== search.endpoint) continue;
    const row = oneSummary(db, search.tenant, key);
    if (row === undefined || !states.includes(row.state)) continue;
    items.push(summaryOf(db, row));
    if (items.length === limit) return { items, next: null };
  }
  return { items, next: low === search.low ? null : readId<DeliveryId>(low) };
}

/** The deliveries of the latest events of the type, and the id down to which none is missing. */
function listedOf(
  db: Connection,
  { tenant, type, since, until, low, high }: Search,
): { readonly listed: Listed[]; readonly low: Uint8Array } {
  const newest = Math.min(until - 1, idTime(readId<DeliveryId>(high)) + ID_SKEW_MS);
  const bound = db.get<{ created_at: number }>(LISTED_BOUND, tenant, newest, since)?.created_at;
  const rows = db.all<{ created_at: number; deliveries: Uint8Array }>(LISTED, tenant, newest, bound ?? since, type);
  const listed: Listed[] = [];
  let examinedTo = bound;
  for (const [index, { created_at: createdAt, deliveries }] of rows.entries()) {
    listed.push(...readList<DeliveryId, EndpointId>(deliveries));
    if (listed.length < DELIVERIES_PER_STEP && index < EVENTS_PER_STEP - 1) continue;
    examinedTo = createdAt;
    break;
  }
  if (examinedTo === undefined) return { listed, low };
  // Only above this id is it certain that its event has been examined.
  const certain = new Uint8Array(idBytes(idFloor(examinedTo + ID_SKEW_MS + 1)));
  return { listed, low: Buffer.compare(certain, low) > 0 ? certain : low };
}
