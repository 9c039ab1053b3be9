// Finding the deliveries that a replay means, endpoint by endpoint and oldest first. A search looks at a bounded number of
// rows; the caller goes on from where it ended.
import type { EndState } from '../../domain/delivery.ts';
import { matches } from '../../domain/event-type.ts';
import { type DeliveryId, type EndpointId, idFloor, type TenantId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { ReplayFilter } from '../../seams/store/replays.ts';
import { STATE } from './codes.ts';
import type { Connection } from './connection.ts';
import { momentOf } from './moments.ts';
import { lowestId } from './replays.ts';
import type { EndedKey } from './retry.ts';
import { ABOVE_ALL_IDS, BEFORE_ALL_IDS, idBytes, readId } from './uuid.ts';

/** Rows looked at per state and step of a count: about 2 ms. */
const COUNTED_PER_STEP = 1_000;
/** Endpoints looked at per step of a count. */
const ENDPOINTS_PER_STEP = 200;

// index: the primary key
export const SEARCH = `
  select id, ended_at, null as type from delivery not indexed
  where endpoint = ? and state = ? and id > ? and id < ? and tenant = ? order by id limit ?`;
export const SEARCH_TYPES = `
  select delivery.id, ended_at, event.type from delivery not indexed cross join event on event.key = event
  where endpoint = ? and state = ? and delivery.id > ? and delivery.id < ? and delivery.tenant = ?
  order by delivery.id limit ?`;
// index: endpoint_live
const ENDPOINTS = `
  select key, id from endpoint
  where tenant = ? and deleted_at is null and id >= ? and id <= ? order by id limit ?`;

/** The conditions of a search, for one endpoint. */
export interface Search {
  readonly tenant: number;
  readonly endpoint: number;
  readonly eventTypes: readonly string[] | null;
  readonly states: readonly EndState[];
  readonly until: WallMs;
  readonly endedBy: WallMs;
}

export interface Found {
  /** In the order of their ids. */
  readonly deliveries: readonly EndedKey[];
  /** Rows that were looked at. */
  readonly looked: number;
  /** The last id that was looked at; `null` when nothing is left to look at. */
  readonly last: Uint8Array | null;
}

interface Row {
  readonly id: Uint8Array;
  readonly ended_at: number;
  readonly type: string | null;
}

/** @param after the last id already looked at @param rows that are looked at per state */
export function search(db: Connection, wanted: Search, after: Uint8Array, rows: number): Found {
  const { tenant, endpoint, eventTypes, endedBy } = wanted;
  const until = new Uint8Array(idBytes(idFloor(wanted.until)));
  const sql = eventTypes === null ? SEARCH : SEARCH_TYPES;
  const seen: (Row & EndedKey)[] = [];
  let last: Uint8Array | null = null;
  for (const state of wanted.states) {
    const page = db.all<Row>(sql, endpoint, STATE[state], after, until, tenant, rows);
    for (const row of page) seen.push({ ...row, endpoint, state: STATE[state] });
    const end = page.length === rows ? page.at(-1)?.id : undefined;
    // Behind the end of the page that ends first, the other states' rows are not all known.
    if (end !== undefined && (last === null || Buffer.compare(end, last) < 0)) last = end;
  }
  if (wanted.states.length > 1) seen.sort((a, b) => Buffer.compare(a.id, b.id));
  const deliveries = seen.filter(
    ({ id, ended_at: ended, type }) =>
      (last === null || Buffer.compare(id, last) <= 0) &&
      momentOf(readId<DeliveryId>(id), ended) <= endedBy &&
      (type === null || matches(eventTypes, type)),
  );
  return { deliveries, looked: seen.length, last };
}

/** Where a count goes on: behind the last delivery looked at, of an endpoint. */
export interface CountCursor {
  readonly endpointId: EndpointId;
  readonly after: Uint8Array;
}

export interface CountStep {
  readonly counts: readonly (readonly [EndpointId, number])[];
  /** `null` when everything is counted. */
  readonly next: CountCursor | null;
}

/** A step of a call. See `Replays.countReplay`. @returns `undefined` when there is no such tenant */
export function countReplayStep(
  db: Connection,
  tenantId: TenantId,
  filter: ReplayFilter,
  at: WallMs,
  from: CountCursor | null,
): CountStep | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return undefined;
  const { endpointId: only } = filter;
  const low = from?.endpointId ?? only;
  const endpoints = db.all<{ key: number; id: Uint8Array }>(
    ENDPOINTS,
    tenant,
    low === null ? BEFORE_ALL_IDS : idBytes(low),
    only === null ? ABOVE_ALL_IDS : idBytes(only),
    ENDPOINTS_PER_STEP,
  );
  const counts: [EndpointId, number][] = [];
  let left = COUNTED_PER_STEP;
  for (const { key, id } of endpoints) {
    const endpointId = readId<EndpointId>(id);
    const begin = endpointId === from?.endpointId ? from.after : new Uint8Array(lowestId(filter.since));
    if (left <= 0) return { counts, next: { endpointId, after: begin } };
    const wanted = { ...filter, tenant, endpoint: key, endedBy: at };
    const { deliveries, looked, last } = search(db, wanted, begin, left);
    if (deliveries.length > 0) counts.push([endpointId, deliveries.length]);
    if (last !== null) return { counts, next: { endpointId, after: last } };
    left -= looked;
  }
  const end = endpoints.length === ENDPOINTS_PER_STEP ? endpoints.at(-1) : undefined;
  if (end === undefined) return { counts, next: null };
  // Behind all of its deliveries.
  return { counts, next: { endpointId: readId<EndpointId>(end.id), after: ABOVE_ALL_IDS } };
}
