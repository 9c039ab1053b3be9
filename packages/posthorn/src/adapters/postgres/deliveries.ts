// Lists of deliveries, pending and ended together, newest first. A page looks at a bounded number of rows of each, so that no
// list takes long however rare what it asks for is.
import { type DeliveryId, idFloor, type TenantId } from '../../domain/ids.ts';
import { isSuccessStatus } from '../../domain/outcome.ts';
import type { DeliveryFilter, DeliverySummary, Listed } from '../../seams/store/history.ts';
import type { Page } from '../../seams/store/registry.ts';
import type { Database, Statement, Value } from './connection.ts';
import { plainArray, textArray } from './sql-values.ts';
import { type DeliveryRow, ENDED, HOST_OF, PENDING, summaryOf, TENANT } from './summary.ts';

/** The last moment that a UUIDv7 can carry. */
const MAX_ID_MS = 2 ** 48 - 1;
/**
 * Rows looked at per page, of what is pending and of what ended: each takes 0.2 µs, and as much once more if they do not fill
 * it. Those that failed lie far apart, so that each may be on a page of its own.
 */
const EXAMINED = 20_000;
const EXAMINED_FAILED = 4_000;
/** Deliveries read one by one for a page. */
const NAMED = 2_000;

/** Deliveries that succeeded are most of all. One whose later attempt, asked for by hand, failed is among these few. */
const FAILED = `(state <> 'succeeded' or last_outcome <> 'succeeded')`;

/** The conditions of a filter. Its parameters are the numbers of those of the statement. */
const fits = ([endpoint, type, states, outcomes, statuses]: readonly [number, number, number, number, number]) => `
  ($${endpoint}::uuid is null or endpoint_id = $${endpoint}) and ($${type}::text is null or event_type = $${type})
  and ($${states}::text[] is null or state = any ($${states}))
  and ($${outcomes}::text[] is null or last_outcome = any ($${outcomes}))
  and ($${statuses}::int[] is null or last_status = any ($${statuses}))`;

/**
 * Served by queue_tenant, and by the primary key of delivery, delivery_endpoint, delivery_failed or
 * delivery_failed_of_endpoint. Planned for its values each time: what they rule out is not looked at. Where a page was not
 * filled, all is known only down to the last row that was looked at.
 * @param isOfEndpoint whether they are those of one endpoint
 * @param isOfFailures whether only those that failed can fit
 */
export function listing(isOfEndpoint: boolean, isOfFailures: boolean): Statement {
  const pending = `${TENANT} and attempts >= 0 and $10 and id < $3 and id >= $4`;
  const whose = isOfEndpoint ? 'endpoint_id = $5' : TENANT;
  const ended = `${whose} and $11 and id < $3 and id >= $4${isOfFailures ? ` and ${FAILED}` : ''}`;
  const most = isOfFailures ? EXAMINED_FAILED : EXAMINED;
  const found = (rows: string, limit: number) => `
  select * from (${rows} order by id desc limit ${limit}) as looked where ${TENANT} and ${fits([5, 6, 7, 8, 9])}
  order by id desc limit $2`;
  const end = (table: string, rows: string, limit: number) =>
    `(select id from posthorn.${table} where ${rows} order by id desc limit 1 offset ${limit - 1})`;
  return {
    text: `
with pending as materialized (${found(`${PENDING} where ${pending}`, EXAMINED)}),
ended as materialized (${found(`${ENDED} where ${ended}`, most)}),
cut as materialized (
  select greatest(
    case when (select count(*) from pending) < $2 then ${end('queue', pending, EXAMINED)} end,
    case when (select count(*) from ended) < $2 then ${end('delivery', ended, most)} end
  ) as at
)
select found.*, ${HOST_OF}, cut.at
from cut
left join lateral (
  select * from (select * from pending union all select * from ended) as found
  where cut.at is null or id >= cut.at
  order by id desc
  limit $2
) as found on true
left join posthorn.endpoint on endpoint.id = found.endpoint_id
order by found.id desc
`,
  };
}

/** Served by attempt_id. */
const OF_ATTEMPT: Statement = {
  text: 'select array[delivery_id] as ids from posthorn.attempt where id = $1 and number > 0',
};
/** Served by the primary key. */
const OF_EVENT: Statement = { text: `select deliveries as ids from posthorn.event where ${TENANT} and id = $2` };

/** Served by the primary key. One more than are read for a page tells that there are more. */
const OF_KEY: Statement = {
  text: `
select array(
  select delivery_id
  from posthorn.delivery_key
  where key = $2 and ${TENANT} and delivery_id >= $3 and delivery_id < $4
  order by delivery_id desc
  limit ${NAMED + 1}
) as ids
`,
};
/** Served by the primary key. */
const WITH_KEY: Statement = {
  text: `
select array(
  select delivery_id from posthorn.delivery_key where key = $2 and ${TENANT} and delivery_id = any ($3::uuid[])
) as ids
`,
};

/** Served by the primary keys. */
const AMONG: Statement = {
  text: `
select found.*, ${HOST_OF}
from (
  select found.*
  from unnest($3::uuid[]) as listed (id) cross join lateral (
    ${PENDING} where ${TENANT} and queue.id = listed.id
    union all
    ${ENDED} where ${TENANT} and delivery.id = listed.id
  ) as found
  where ${fits([4, 5, 6, 7, 8])}
  order by found.id desc
  limit $2
) as found
left join posthorn.endpoint on endpoint.id = found.endpoint_id
order by found.id desc
`,
};

/** See `History.deliveries`. */
export async function deliveries(
  database: Database,
  tenantId: TenantId,
  filter: DeliveryFilter,
  page: Page<DeliveryId>,
): Promise<Listed<DeliverySummary, DeliveryId>> {
  const until = momentFloor(filter.until ?? MAX_ID_MS);
  const low = momentFloor(filter.since ?? 0);
  const high = page.after !== null && page.after < until ? page.after : until;
  const { endpointId, eventType, states, outcomes, statuses } = filter;
  const fitting = [
    endpointId ?? null,
    eventType ?? null,
    states === undefined ? null : textArray(states),
    outcomes === undefined ? null : textArray(outcomes),
    statuses === undefined ? null : plainArray(statuses),
  ];
  const named = await namedDeliveries(database, tenantId, filter, { low, high });
  if (named !== undefined) {
    const inRange = named.filter((id) => id < high && id >= low).sort((a, b) => (a < b ? 1 : -1));
    return await among(database, tenantId, inRange, page.limit, fitting);
  }
  const wantsPending = states === undefined || states.includes('pending');
  const wantsEnded = states === undefined || states.some((state) => state !== 'pending');
  const rows = await database.read<(DeliveryRow | { id: null }) & { at: DeliveryId | null }>(
    listing(endpointId !== undefined, isOfFailures(filter)),
    [tenantId, page.limit, high, low, ...fitting, wantsPending, wantsEnded],
  );
  const items = rows.filter((row) => row.id !== null).map(summaryOf);
  return { items, cutAt: items.length < page.limit ? (rows[0]?.at ?? null) : null };
}

/** The only deliveries that fit if the filter names what leads to them at once. */
async function namedDeliveries(
  database: Database,
  tenantId: TenantId,
  { attemptId, eventId, key }: DeliveryFilter,
  { low, high }: { readonly low: DeliveryId; readonly high: DeliveryId },
): Promise<readonly DeliveryId[] | undefined> {
  if (attemptId === undefined && eventId === undefined) {
    return key === undefined ? undefined : await idsOf(database, OF_KEY, [tenantId, key, low, high]);
  }
  const ofAttempt = attemptId === undefined ? undefined : await idsOf(database, OF_ATTEMPT, [attemptId]);
  const ofEvent = eventId === undefined ? undefined : await idsOf(database, OF_EVENT, [tenantId, eventId]);
  const named = ofAttempt === undefined ? ofEvent : ofAttempt.filter((id) => ofEvent?.includes(id) ?? true);
  return key === undefined ? named : await idsOf(database, WITH_KEY, [tenantId, key, plainArray(named ?? [])]);
}

async function idsOf(
  database: Database,
  statement: Statement,
  values: readonly string[],
): Promise<readonly DeliveryId[]> {
  const [found] = await database.read<{ ids: DeliveryId[] }>(statement, values);
  return found?.ids ?? [];
}

async function among(
  database: Database,
  tenantId: TenantId,
  named: readonly DeliveryId[],
  limit: number,
  fitting: readonly Value[],
): Promise<Listed<DeliverySummary, DeliveryId>> {
  const looked = named.slice(0, NAMED);
  const rows = await database.read<DeliveryRow>(AMONG, [tenantId, limit, plainArray(looked), ...fitting]);
  const isCut = rows.length < limit && looked.length < named.length;
  return { items: rows.map(summaryOf), cutAt: isCut ? (looked.at(-1) ?? null) : null };
}

/** Whether only those can fit that failed, or whose last attempt did. */
function isOfFailures({ states, outcomes, statuses }: DeliveryFilter): boolean {
  return (
    (states !== undefined && !states.includes('succeeded')) ||
    (outcomes !== undefined && !outcomes.includes('succeeded')) ||
    (statuses !== undefined && !statuses.some(isSuccessStatus))
  );
}

/** A delivery's id carries when it was created, so lists need no other index for times. */
function momentFloor(ms: number): DeliveryId {
  return idFloor(Math.min(ms, MAX_ID_MS));
}
