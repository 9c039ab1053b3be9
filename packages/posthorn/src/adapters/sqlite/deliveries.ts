// Lists of deliveries, pending and ended together, newest first. A step examines a bounded number of rows, so that a
// list that filters millions holds up nobody: the caller takes steps, with other calls in between.
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  idFloor,
  type TenantId,
} from '../../domain/ids.ts';
import { isSuccessStatus } from '../../domain/outcome.ts';
import type { WallMs } from '../../domain/time.ts';
import type { DeliveryFilter, DeliverySummary } from '../../seams/store/history.ts';
import { OUTCOME, STATE, STATUS_BASE } from './codes.ts';
import type { Connection } from './connection.ts';
import type { Search, Step } from './search.ts';
import { type DeliveryKey, oneSummary, type SummaryRow, summaryAt, summaryOf } from './summary.ts';
import { typeHash } from './type-hash.ts';
import { ABOVE_ALL_IDS, BEFORE_ALL_IDS, idBytes, readId, readList } from './uuid.ts';

/** Where deliveries are looked for, in the order of their ids downwards. */
interface Source {
  readonly from: string;
  /** The condition that all of its rows fulfil that are looked at. */
  readonly range: string;
  readonly values: readonly (number | Uint8Array)[];
  /** More than those of the tenant: rows of others are passed, too. */
  readonly shared?: true;
}

/** Deliveries read one by one in a step: about 5 ms. */
const NAMED_PER_STEP = 500;
const IDS = 'id >= ? and id < ?';
// index: attempt_by_id
export const DELIVERY_OF_ATTEMPT = `select delivery from attempt where id = ?`;
// index: the primary key, downwards
export const OF_KEY = `
  select delivery from delivery_key
  where key = ? and tenant = ? and delivery >= ? and delivery < ? order by delivery desc limit ?`;
const HAS_KEY = `select 1 from delivery_key where key = ? and tenant = ? and delivery = ?`;
// index: event_by_id
const EVENT = `select deliveries from event where tenant = ? and id = ?`;

/**
 * A step of a call. See `History.deliveries`.
 * @param after the last id already seen
 * @param rows about how many rows are examined: each takes 0.2 µs
 */
export function deliveriesStep(
  db: Connection,
  tenantId: TenantId,
  filter: DeliveryFilter,
  after: DeliveryId | null,
  limit: number,
  rows: number,
): Step<DeliverySummary, DeliveryId> {
  const search = searchFor(db, tenantId, filter, after);
  if (search === undefined) return { items: [], next: null };
  const named = namedDeliveries(db, search, filter);
  if (named !== undefined) return among(db, search, named, limit);
  const sources = sourcesOf(search);
  // Down to here every source is looked through. Rows further down in one of them cannot be placed yet, so they are not read.
  const low = sources.reduce((lowest, source) => boundOf(db, { ...search, low: lowest }, source, rows), search.low);
  const found = sources
    .flatMap((source) => keysIn(db, { ...search, low }, source, limit))
    .sort((a, b) => Buffer.compare(b.id, a.id))
    .slice(0, limit);
  const items = found
    .map((key) => summaryAt(db, search.tenant, key))
    .filter(({ type }) => search.type === null || search.type === type)
    .map((row) => summaryOf(db, row));
  const last = found.length === limit ? found.at(-1)?.id : low;
  const isLast = found.length < limit && low === search.low;
  return { items, next: isLast || last === undefined ? null : readId<DeliveryId>(last) };
}

/** All deliveries of an event, pending and ended. */
export function deliveriesOfEvent(db: Connection, tenant: number, list: Uint8Array): DeliverySummary[] {
  return readList<DeliveryId, EndpointId>(list).flatMap(({ id }) => {
    const row = oneSummary(db, tenant, idBytes(id));
    return row === undefined ? [] : [summaryOf(db, row)];
  });
}

function searchFor(
  db: Connection,
  tenantId: TenantId,
  filter: DeliveryFilter,
  after: DeliveryId | null,
): Search | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  const endpoint = filter.endpointId === undefined ? null : db.names.endpointKey(filter.endpointId);
  if (tenant === undefined || endpoint === undefined) return undefined;
  const until = filter.until === undefined ? ABOVE_ALL_IDS : floorOf(filter.until);
  const below = after === null ? ABOVE_ALL_IDS : new Uint8Array(idBytes(after));
  return {
    tenant,
    endpoint,
    low: filter.since === undefined ? BEFORE_ALL_IDS : floorOf(filter.since),
    high: Buffer.compare(until, below) < 0 ? until : below,
    states: filter.states?.map((state) => STATE[state]) ?? Object.values(STATE),
    type: filter.eventType ?? null,
    outcomes: filter.outcomes?.map((outcome) => OUTCOME[outcome]) ?? null,
    statuses: filter.statuses?.map((status) => status - STATUS_BASE) ?? null,
  };
}

function floorOf(moment: WallMs): Uint8Array {
  return new Uint8Array(idBytes(idFloor(moment)));
}

/** The only deliveries that fit, newest first, if the filter names what leads to them at once. */
function namedDeliveries(
  db: Connection,
  { tenant, low, high }: Search,
  { attemptId, eventId, key }: DeliveryFilter,
): readonly Uint8Array[] | undefined {
  if (key !== undefined && attemptId === undefined && eventId === undefined) {
    const rows = db.all<{ delivery: Uint8Array }>(OF_KEY, key, tenant, low, high, NAMED_PER_STEP + 1);
    return rows.map(({ delivery }) => delivery);
  }
  const named = ofEventOrAttempt(db, tenant, { attemptId, eventId });
  return key === undefined ? named : named?.filter((id) => db.get(HAS_KEY, key, tenant, id) !== undefined);
}

function ofEventOrAttempt(
  db: Connection,
  tenant: number,
  { attemptId, eventId }: { readonly attemptId: AttemptId | undefined; readonly eventId: EventId | undefined },
): readonly Uint8Array[] | undefined {
  if (attemptId === undefined) return eventId === undefined ? undefined : deliveryIds(db, tenant, eventId);
  const found = deliveryOfAttempt(db, attemptId);
  if (found === undefined || eventId === undefined) return found === undefined ? [] : [found];
  return deliveryIds(db, tenant, eventId).filter((id) => Buffer.compare(id, found) === 0);
}

function deliveryOfAttempt(db: Connection, id: AttemptId): Uint8Array | undefined {
  return db.get<{ delivery: Uint8Array }>(DELIVERY_OF_ATTEMPT, idBytes(id))?.delivery;
}

function deliveryIds(db: Connection, tenant: number, event: EventId): Uint8Array[] {
  const row = db.get<{ deliveries: Uint8Array }>(EVENT, tenant, idBytes(event));
  if (row === undefined) return [];
  return readList<DeliveryId, EndpointId>(row.deliveries)
    .map(({ id }) => new Uint8Array(idBytes(id)))
    .sort((a, b) => Buffer.compare(b, a));
}

function among(
  db: Connection,
  search: Search,
  named: readonly Uint8Array[],
  limit: number,
): Step<DeliverySummary, DeliveryId> {
  const inRange = named.filter((id) => Buffer.compare(id, search.high) < 0 && Buffer.compare(id, search.low) >= 0);
  const items: DeliverySummary[] = [];
  for (const [index, id] of inRange.entries()) {
    const row = oneSummary(db, search.tenant, id);
    if (row !== undefined && fits(row, search)) items.push(summaryOf(db, row));
    const isLast = index === inRange.length - 1;
    if (items.length === limit || index === NAMED_PER_STEP - 1)
      return { items, next: isLast ? null : readId<DeliveryId>(id) };
  }
  return { items, next: null };
}

function fits(row: SummaryRow, { states, endpoint, type, outcomes, statuses }: Search): boolean {
  const has = (values: readonly number[] | null, value: number | null) =>
    values === null || (value !== null && values.includes(value));
  return (
    states.includes(row.state) &&
    (endpoint === null || endpoint === row.endpoint) &&
    (type === null || type === row.type) &&
    has(outcomes, row.last_outcome) &&
    has(statuses, row.last_status)
  );
}

/** The densest first: where it ends tells the others how little they need to look at. */
function sourcesOf(search: Search): Source[] {
  const { tenant, endpoint, states } = search;
  return [STATE.succeeded, STATE.pending, STATE.exhausted, STATE.cancelled]
    .filter((state) => states.includes(state))
    .map((state): Source => {
      if (state === STATE.pending) {
        return { from: `(select *, ${STATE.pending} as state from queue)`, range: IDS, values: [], shared: true };
      }
      // index: delivery_failed_again
      if (state === STATE.succeeded && isOfFailures(search)) {
        const range = `tenant = ? and state = ${STATE.succeeded} and last_outcome > ${OUTCOME.succeeded} and ${IDS}`;
        return { from: 'delivery indexed by delivery_failed_again', range, values: [tenant] };
      }
      // index: delivery_by_tenant, downwards
      if (endpoint === null) {
        const range = `tenant = ? and state = ? and ${IDS}`;
        return { from: 'delivery indexed by delivery_by_tenant', range, values: [tenant, state] };
      }
      // index: the primary key, downwards
      return {
        from: 'delivery not indexed',
        range: `endpoint = ? and state = ? and ${IDS}`,
        values: [endpoint, state],
      };
    });
}

/** Whether a delivery that succeeded fits only if an attempt after that failed. */
function isOfFailures({ outcomes, statuses }: Search): boolean {
  return (
    (outcomes !== null && !outcomes.includes(OUTCOME.succeeded)) ||
    (statuses !== null && !statuses.some((status) => isSuccessStatus(status + STATUS_BASE)))
  );
}

/** How far down a source can be looked through in one step; all the way, if nothing says otherwise. */
function boundOf(db: Connection, search: Search, { from, range, values, shared }: Source, rows: number): Uint8Array {
  const { low, high, endpoint, type, outcomes, statuses } = search;
  // With these conditions an index leads to rows that do not fit: how many are looked at must be bounded.
  const isSparse = shared === true || endpoint !== null || type !== null || outcomes !== null || statuses !== null;
  if (!isSparse) return low;
  const sql = `select id from ${from} where ${range} order by id desc limit 1 offset ?`;
  return db.get<{ id: Uint8Array }>(sql, ...values, low, high, rows - 1)?.id ?? low;
}

/** The first deliveries of a source that fit, found in its index alone. Their types may turn out to be others. */
function keysIn(db: Connection, search: Search, source: Source, limit: number): DeliveryKey[] {
  const { low, high, tenant, endpoint, type, outcomes, statuses } = search;
  // With the plus no index serves these two: `not indexed` does not keep SQLite from delivery_by_tenant, where an endpoint's
  // few rows are looked for among all of its tenant's.
  const conditions = [source.range, '+tenant = ?'];
  const values: (number | string | Uint8Array)[] = [...source.values, low, high, tenant];
  if (endpoint !== null) {
    conditions.push('+endpoint = ?');
    values.push(endpoint);
  }
  if (type !== null) {
    conditions.push('(type_hash = ? or type_hash is null)');
    values.push(typeHash(type));
  }
  for (const [column, list] of [
    ['last_outcome', outcomes],
    ['last_status', statuses],
  ] as const) {
    if (list === null) continue;
    conditions.push(`${column} in (select value from json_each(?))`);
    values.push(JSON.stringify(list));
  }
  const sql = `select id, endpoint, state from ${source.from} where ${conditions.join(' and ')} order by id desc limit ?`;
  return db.all<DeliveryKey>(sql, ...values, limit);
}
