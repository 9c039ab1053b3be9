// Deliveries of one event type, found by its events: an index leads to them, however many others there are. As in the list of
// all deliveries, a step looks at a bounded number of rows.
import { type DeliveryId, type EndpointId, ID_SKEW_MS, idFloor, idTime } from '../../domain/ids.ts';
import type { DeliverySummary } from '../../seams/store/history.ts';
import type { Connection } from './connection.ts';
import type { Search, Step } from './search.ts';
import { oneSummary, summaryOf } from './summary.ts';
import { hasManySlots, latestOfType } from './type-slots.ts';
import { BEFORE_ALL_IDS, idBytes, readId, readList } from './uuid.ts';

/** Events that are read per step, and deliveries: a step ends with the event that brings it to so many. */
const EVENTS_PER_STEP = 300;
const DELIVERIES_PER_STEP = 500;

const LISTED = `select deliveries from event where key = ?`;

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
  type: string,
  states: readonly number[],
  limit: number,
  reach: Uint8Array,
): Step<DeliverySummary, DeliveryId> | undefined {
  if (reach === search.low) return undefined;
  const newest = Math.min(search.until - 1, idTime(readId<DeliveryId>(search.high)) + ID_SKEW_MS);
  const reached = idTime(readId<DeliveryId>(reach)) - ID_SKEW_MS;
  if (hasManySlots(db, search.tenant, type, reached, newest + 1)) return undefined;
  const { listed, low } = listedOf(db, search, type, newest);
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
  { tenant, since, low }: Search,
  type: string,
  newest: number,
): { readonly listed: Listed[]; readonly low: Uint8Array } {
  const range = { since, createdAt: newest + 1, id: BEFORE_ALL_IDS };
  const { events, downTo } = latestOfType(db, tenant, type, range, EVENTS_PER_STEP);
  const listed: Listed[] = [];
  let examinedTo = downTo;
  for (const { key, created_at: createdAt } of events) {
    const row = db.get<{ deliveries: Uint8Array }>(LISTED, key);
    if (row !== undefined) listed.push(...readList<DeliveryId, EndpointId>(row.deliveries));
    if (listed.length < DELIVERIES_PER_STEP) continue;
    examinedTo = createdAt;
    break;
  }
  if (examinedTo === null) return { listed, low };
  // Only above this id is it certain that its event has been examined.
  const certain = new Uint8Array(idBytes(idFloor(examinedTo + ID_SKEW_MS + 1)));
  return { listed, low: Buffer.compare(certain, low) > 0 ? certain : low };
}
