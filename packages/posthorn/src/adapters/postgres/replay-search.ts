// Finding the deliveries that a replay means, endpoint by endpoint along delivery_endpoint. The rows that a count or a step looks at
// is bounded; it goes on from where the last one ended.
import type { EndState } from '../../domain/delivery.ts';
import { subscribedPrefix } from '../../domain/event-type.ts';
import { type DeliveryId, type EndpointId, idFloor, type TenantId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { ReplayFilter } from '../../seams/store/replays.ts';
import type { Database, Query, Statement, Value } from './connection.ts';
import { lowestId } from './replays.ts';
import { plainArray, textArray } from './sql-values.ts';

/** Rows looked at per endpoint and statement of a count. */
const COUNTED_AT_ONCE = 5_000;
/** Endpoints per statement of a count. */
const ENDPOINTS_AT_ONCE = 20;
/** Later than any moment that an id can carry. */
const MAX_ID_MS = 2 ** 48 - 1;

const FITS = `
tenant = $1 and state = any ($3::text[]) and ended_at <= $4 and ($5::text[] is null or event_type like any ($5::text[]))`;

const ENDPOINTS: Statement = {
  text: `
select tenant.key as tenant, endpoint.id
from posthorn.tenant
left join posthorn.endpoint
  on endpoint.tenant = tenant.key and endpoint.deleted_at is null and ($2::uuid is null or endpoint.id = $2)
where tenant.id = $1 and tenant.deleted_at is null
order by endpoint.id
`,
};

const COUNT: Statement = {
  text: `
select wanted.endpoint_id, found.*
from unnest($6::uuid[], $7::uuid[]) as wanted (endpoint_id, after)
cross join lateral (
  with examined as materialized (
    select id, tenant, state, ended_at, event_type
    from posthorn.delivery
    where endpoint_id = wanted.endpoint_id and id > wanted.after and id < $2
    order by id
    limit $8
  )
  select
    (select count(*) from examined where ${FITS}) as fits,
    (select id from examined order by id offset $8 - 1) as last
) as found
`,
};

/** The rows and how far was looked come from one snapshot: between two, others could move the end past what nobody has seen. */
export const SEARCH: Statement = {
  text: `
with examined as materialized (
  select id, tenant, state, ended_at, event_type
  from posthorn.delivery
  where endpoint_id = $6 and id > $7 and id < $2
  order by id
  limit $8
),
found as (
  select id from examined where ${FITS} order by id limit $9
)
select found.id, (select id from examined order by id offset $8 - 1) as last
from (select) as one left join found on true
order by found.id
`,
};

/** The conditions of a search, for any endpoint of the tenant. */
export interface Search {
  readonly tenant: number;
  readonly eventTypes: readonly string[] | null;
  readonly states: readonly EndState[];
  readonly until: number;
  readonly endedBy: number;
}

/** See `Replays.countReplay`. */
export async function countReplay(
  database: Database,
  tenantId: TenantId,
  filter: ReplayFilter,
  at: WallMs,
): Promise<Map<EndpointId, number> | undefined> {
  const rows = await database.read<{ tenant: number; id: EndpointId | null }>(ENDPOINTS, [tenantId, filter.endpointId]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const wanted = valuesOf({ ...filter, tenant: first.tenant, endedBy: at });
  const begin = lowestId(filter.since);
  const left = rows.flatMap(({ id }) => (id === null ? [] : [{ id, after: begin }]));
  const counts = new Map<EndpointId, number>();
  while (left.length > 0) {
    const round = left.splice(0, ENDPOINTS_AT_ONCE);
    const [ids, afters] = [plainArray(round.map(({ id }) => id)), plainArray(round.map(({ after }) => after))];
    const counted = await database.read<{ endpoint_id: EndpointId; fits: number; last: string | null }>(COUNT, [
      ...wanted,
      ids,
      afters,
      COUNTED_AT_ONCE,
    ]);
    for (const { endpoint_id: id, fits, last } of counted) {
      if (fits > 0) counts.set(id, (counts.get(id) ?? 0) + fits);
      if (last !== null) left.push({ id, after: last });
    }
  }
  return counts;
}

export interface Found {
  /** In the order of their ids, at most as many as were asked for. */
  readonly deliveries: readonly DeliveryId[];
  /** The last id that was looked at; `null` when nothing is left to look at. */
  readonly last: string | null;
}

/**
 * Finds the next deliveries of an endpoint.
 * @param after the last id already looked at
 * @param rows that are looked at, at most
 */
export async function search(
  query: Query,
  wanted: Search,
  endpointId: EndpointId,
  after: string,
  rows: number,
  limit: number,
): Promise<Found> {
  const values = [...valuesOf(wanted), endpointId, after, rows, limit];
  const found = await query<{ id: DeliveryId | null; last: string | null }>(SEARCH, values);
  const deliveries = found.flatMap(({ id }) => (id === null ? [] : [id]));
  const last = deliveries.length === limit ? (deliveries.at(-1) ?? after) : (found[0]?.last ?? null);
  return { deliveries, last };
}

function valuesOf({ tenant, until, states, endedBy, eventTypes }: Search): Value[] {
  const types = eventTypes === null ? null : textArray(eventTypes.map(likeType));
  return [tenant, highestId(until), plainArray(states), endedBy, types];
}

/** A subscription as a pattern: the only character of a type that has a meaning there is `_`. */
function likeType(subscription: string): string {
  const prefix = subscribedPrefix(subscription);
  return (prefix ?? subscription).replaceAll('_', '\\_') + (prefix === undefined ? '' : '%');
}

/** No delivery created before `until` has a higher id. */
function highestId(until: number): string {
  return idFloor(Math.min(until, MAX_ID_MS));
}
