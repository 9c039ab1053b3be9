// Lists of deliveries, pending and ended together, newest first. A step examines a bounded number of rows, so that a
// list that filters millions holds up nobody: the caller takes steps, with other calls in between.
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  ID_SKEW_MS,
  idFloor,
  type TenantId,
} from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { DeliveryFilter, DeliverySummary } from '../../seams/store/history.ts';
import { PLACE, STATE } from './codes.ts';
import type { Connection } from './connection.ts';
import { byType } from './deliveries-by-type.ts';
import type { Search, Step } from './search.ts';
import { SUMMARY, type SummaryRow, summaryOf } from './summary.ts';
import { ABOVE_ALL_IDS, BEFORE_ALL_IDS, idBytes, readId, readList } from './uuid.ts';

/** Rows examined per source and step, each with its event: about 3 ms in all. */
const EXAMINED_PER_STEP = 500;
/** Rows of the queue passed per step, most of them other tenants': about 2 ms. */
const PASSED_PER_STEP = 5_000;
const FITS = `(?4 is null or endpoint = ?4) and (?5 is null or event = ?5) and (?6 is null or event.type = ?6)
  and event.created_at >= ?7 and event.created_at < ?8`;
// index: the primary key, downwards
export const QUEUED_PAGE = `
  select queue.id, ${SUMMARY}, ${STATE.pending} as state, iif(place = ${PLACE.due}, due, null) as due, null as ended_at
  from queue cross join event on event.key = event
  where queue.id >= ?2 and queue.id < ?3 and queue.tenant = ?1 and ${FITS}
  order by queue.id desc limit ?9`;
export const QUEUED_BOUND = `select id from queue where id < ? order by id desc limit 1 offset ?`;
export const QUEUED_BOUND_OF_TENANT = `
  select id from queue where tenant = ?1 and id >= ?2 and id < ?3 and (?4 is null or endpoint = ?4)
  order by id desc limit 1 offset ?5`;
// index: delivery_by_tenant, downwards
export const TENANT_PAGE = `
  select delivery.id, ${SUMMARY}, state, null as due, ended_at
  from delivery indexed by delivery_by_tenant cross join event on event.key = event
  where delivery.tenant = ?1 and state = ?10 and delivery.id >= ?2 and delivery.id < ?3 and ${FITS}
  order by delivery.id desc limit ?9`;
export const TENANT_BOUND = `
  select id from delivery where tenant = ? and state = ? and id < ? order by id desc limit 1 offset ?`;
// index: the primary key, downwards
export const ENDPOINT_PAGE = `
  select delivery.id, ${SUMMARY}, state, null as due, ended_at
  from delivery not indexed cross join event on event.key = event
  where endpoint = ?4 and state = ?10 and delivery.id >= ?2 and delivery.id < ?3 and delivery.tenant = ?1 and ${FITS}
  order by delivery.id desc limit ?9`;
export const ENDPOINT_BOUND = `
  select id from delivery where endpoint = ? and state = ? and id < ? order by id desc limit 1 offset ?`;
// index: attempt_by_id
export const DELIVERY_OF_ATTEMPT = `select delivery from attempt where id = ?`;
// index: event_by_id
const EVENT = `select key, deliveries from event where tenant = ? and id = ?`;

const EVERYTHING = { low: BEFORE_ALL_IDS, high: ABOVE_ALL_IDS };

/** A step of a call. See `History.deliveries`. @param after the last id already seen */
export function deliveriesStep(
  db: Connection,
  tenantId: TenantId,
  filter: DeliveryFilter,
  after: DeliveryId | null,
  limit: number,
): Step<DeliverySummary, DeliveryId> {
  const search = searchFor(db, tenantId, filter, after);
  if (search === undefined) return { items: [], next: null };
  // With these conditions an index leads to rows that do not fit: how many are looked at must be bounded.
  const sparse = search.type !== null || filter.since !== undefined || filter.until !== undefined;
  const states = filter.state === undefined ? Object.values(STATE) : [STATE[filter.state]];
  // Down to here every source is looked through. What one of them has further down cannot be told yet, so it is not read.
  const low = states.map((state) => lowestExamined(db, search, state, sparse)).reduce(higher, search.low);
  const type = onlyType(search, filter);
  const step = type === null ? undefined : byType(db, search, type, states, limit, low);
  if (step !== undefined) return step;
  const items = states
    .flatMap((state) => page(db, { ...search, low }, state, limit))
    .sort((a, b) => Buffer.compare(b.id, a.id))
    .slice(0, limit)
    .map((row) => summaryOf(db, row));
  return { items, next: items.length === limit || low === search.low ? null : readId<DeliveryId>(low) };
}

/** The type that deliveries are to be found by; an event or an attempt would lead to them at once. */
function onlyType({ type, event }: Search, { attemptId }: DeliveryFilter): string | null {
  return event === null && attemptId === undefined ? type : null;
}

/** All deliveries of an event, pending and ended. */
export function deliveriesOfEvent(db: Connection, tenant: number, event: number, list: Uint8Array): DeliverySummary[] {
  const range = idRange(list);
  const search = { tenant, endpoint: null, event, type: null, since: 0, until: Number.MAX_SAFE_INTEGER, ...range };
  const everything = -1;
  return Object.values(STATE)
    .flatMap((state) => page(db, search, state, everything))
    .map((row) => summaryOf(db, row));
}

function searchFor(
  db: Connection,
  tenantId: TenantId,
  filter: DeliveryFilter,
  after: DeliveryId | null,
): Search | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  const endpoint = keyOf(filter.endpointId, (id) => db.names.endpointKey(id));
  if (tenant === undefined || endpoint === undefined) return undefined;
  const listed =
    filter.eventId === undefined
      ? {
          key: null,
          low: floorOf(filter.since, -ID_SKEW_MS) ?? BEFORE_ALL_IDS,
          high: floorOf(filter.until, ID_SKEW_MS) ?? ABOVE_ALL_IDS,
        }
      : rangeOfEvent(db, tenant, filter.eventId);
  const attempted = filter.attemptId === undefined ? EVERYTHING : rangeOfAttempt(db, filter.attemptId);
  if (listed === undefined || attempted === undefined) return undefined;
  return {
    tenant,
    endpoint,
    event: listed.key,
    type: filter.eventType ?? null,
    since: filter.since ?? 0,
    until: filter.until ?? Number.MAX_SAFE_INTEGER,
    low: higher(listed.low, attempted.low),
    high: lower(lower(listed.high, attempted.high), after === null ? ABOVE_ALL_IDS : new Uint8Array(idBytes(after))),
  };
}

function keyOf(id: EndpointId | undefined, find: (id: EndpointId) => number | undefined): number | null | undefined {
  return id === undefined ? null : find(id);
}

function rangeOfEvent(db: Connection, tenant: number, id: EventId) {
  const row = db.get<{ key: number; deliveries: Uint8Array }>(EVENT, tenant, idBytes(id));
  return row === undefined ? undefined : { key: row.key, ...idRange(row.deliveries) };
}

/** The ids of an event's deliveries were made together: few others lie between them. */
function idRange(list: Uint8Array): { low: Uint8Array; high: Uint8Array } {
  const ids = readList<DeliveryId, EndpointId>(list).map(({ id }) => id);
  const [first] = ids;
  if (first === undefined) return { low: ABOVE_ALL_IDS, high: ABOVE_ALL_IDS };
  let [lowest, highest] = [first, first];
  for (const id of ids) {
    if (id < lowest) lowest = id;
    if (id > highest) highest = id;
  }
  return { low: new Uint8Array(idBytes(lowest)), high: nextAfter(idBytes(highest)) };
}

function rangeOfAttempt(db: Connection, id: AttemptId): { low: Uint8Array; high: Uint8Array } | undefined {
  const found = db.get<{ delivery: Uint8Array }>(DELIVERY_OF_ATTEMPT, idBytes(id));
  return found === undefined ? undefined : { low: found.delivery, high: nextAfter(found.delivery) };
}

/** One byte more is the next higher blob. */
function nextAfter(id: Uint8Array): Uint8Array {
  const next = new Uint8Array(17);
  next.set(id);
  return next;
}

function floorOf(moment: WallMs | undefined, skewMs: number): Uint8Array | undefined {
  return moment === undefined ? undefined : new Uint8Array(idBytes(idFloor(moment + skewMs)));
}

function higher(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Buffer.compare(a, b) > 0 ? a : b;
}

function lower(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Buffer.compare(a, b) < 0 ? a : b;
}

function page(db: Connection, search: Search, state: number, limit: number): SummaryRow[] {
  const { tenant, low, high, endpoint, event, type, since, until } = search;
  const values = [tenant, low, high, endpoint, event, type, since, until, limit] as const;
  if (state === STATE.pending) return db.all<SummaryRow>(QUEUED_PAGE, ...values);
  return db.all<SummaryRow>(endpoint === null ? TENANT_PAGE : ENDPOINT_PAGE, ...values, state);
}

/** How far down a source can be looked through in one step; all the way, if nothing says otherwise. */
function lowestExamined(db: Connection, search: Search, state: number, sparse: boolean): Uint8Array {
  const { tenant, endpoint, low, high } = search;
  const offset = EXAMINED_PER_STEP - 1;
  const bound = (sql: string, ...values: (number | Uint8Array | null)[]) =>
    db.get<{ id: Uint8Array }>(sql, ...values)?.id ?? low;
  if (state === STATE.pending) {
    const passed = bound(QUEUED_BOUND, high, PASSED_PER_STEP - 1);
    return sparse ? higher(passed, bound(QUEUED_BOUND_OF_TENANT, tenant, passed, high, endpoint, offset)) : passed;
  }
  if (!sparse) return low;
  return endpoint === null
    ? bound(TENANT_BOUND, tenant, state, high, offset)
    : bound(ENDPOINT_BOUND, endpoint, state, high, offset);
}
