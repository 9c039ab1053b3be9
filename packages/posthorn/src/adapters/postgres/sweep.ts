// Moves that concern everything an endpoint or tenant has pending: cancelling it when it is deleted, making it due when it is
// enabled. A million rows take a while, so they move in slices, a transaction each, and nothing else waits for them.
// `sweepStranded` finds rows that a crash in between has left where nobody would look for them.
import type { DeliveryId, EndpointId } from '../../domain/ids.ts';
import type { SteadyMs, WallMs } from '../../domain/time.ts';
import type { Database, Query, Statement } from './connection.ts';
import { NIL } from './sql-values.ts';

/** Deliveries per transaction. */
const SLICE = 2_000;

/** Cancels a slice in the order of ids, from $4 on. A delivery that had ended and was due once more goes back to its former state. */
function cancelWhere(condition: string): Statement {
  return {
    text: `
with picked as materialized (
  select id from posthorn.queue where ${condition} and id > $4 order by id limit $2 for update skip locked
),
gone as (
  delete from posthorn.queue where id = any (array(select id from picked)) returning *
),
ended as (
  insert into posthorn.delivery (
    id, tenant, endpoint_id, event_id, event_type, state, attempts, failures, interruptions, ended_at,
    last_outcome, last_status, last_at
  )
  select id, tenant, endpoint_id, event_id, event_type,
    case when resume_state <> 'pending' then resume_state else 'cancelled' end,
    attempts, failures, interruptions,
    case when resume_state <> 'pending' then resume_at else $3 end,
    last_outcome, last_status, last_at
  from gone
)
select id from picked order by id
`,
  };
}

/** Served by queue_tenant. */
const CANCEL_TENANT = cancelWhere(`tenant = $1 and attempts >= 0 and place <> 'leased'`);

/** Served by queue_tenant: there is no index by endpoint for every place, and deleting is rare. */
const CANCEL_ENDPOINT = cancelWhere(`
  tenant = (select tenant from posthorn.endpoint where id = $1) and attempts >= 0
  and endpoint_id = $1 and place <> 'leased'`);

/** Served by queue_paused. */
const CANCEL_PAUSED = cancelWhere(`endpoint_id = $1 and place = 'paused'`);

/** Served by queue_paused. A call that disables the endpoint waits; if it is disabled already, paused deliveries stay. */
const FREE_PAUSED: Statement = {
  text: `
with enabled as materialized (
  select from posthorn.endpoint where id = $1 and state = 'active' and deleted_at is null for share
),
picked as materialized (
  select id
  from posthorn.queue
  where endpoint_id = $1 and place = 'paused' and id > $4 and exists (select from enabled)
  order by id
  limit $2
  for update skip locked
),
freed as (
  update posthorn.queue set place = 'due', due_at = $3 where id = any (array(select id from picked))
)
select id from picked order by id
`,
};

/**
 * Served by queue_paused: hops from endpoint to endpoint. Those that are enabled or deleted. `now` is the latest steady time
 * that is known here; before the first heartbeat it is the server's clock, from which every steady clock begins.
 */
const STRANDED: Statement = {
  text: `
with recursive paused as (
  (select endpoint_id from posthorn.queue where place = 'paused' order by endpoint_id limit 1)
  union all
  select (
    select queue.endpoint_id
    from posthorn.queue
    where place = 'paused' and queue.endpoint_id > paused.endpoint_id
    order by queue.endpoint_id
    limit 1
  )
  from paused
  where paused.endpoint_id is not null
)
select paused.endpoint_id, endpoint.deleted_at, coalesce(
    (select latest_at from posthorn.clock), floor(extract(epoch from clock_timestamp()) * 1000)::bigint
  ) as now
from paused
cross join lateral (
  select state, deleted_at from posthorn.endpoint where id = paused.endpoint_id offset 0
) as endpoint
where paused.endpoint_id is not null and (endpoint.state = 'active' or endpoint.deleted_at is not null)
`,
};

/** Cancels what is pending of a deleted tenant and in nobody's hands. */
export function cancelTenant(database: Database, tenant: number, at: WallMs): Promise<void> {
  return inSlices(database, CANCEL_TENANT, tenant, at);
}

/** Cancels what is pending of a deleted endpoint and in nobody's hands. */
export function cancelEndpoint(database: Database, id: EndpointId, at: WallMs): Promise<void> {
  return inSlices(database, CANCEL_ENDPOINT, id, at);
}

/** Makes what is paused for an enabled endpoint due. */
export function freePaused(database: Database, id: EndpointId, now: SteadyMs): Promise<void> {
  return inSlices(database, FREE_PAUSED, id, now);
}

async function inSlices(database: Database, statement: Statement, of: EndpointId | number, at: number): Promise<void> {
  let last: DeliveryId | typeof NIL | undefined = NIL;
  while (last !== undefined) {
    const moved: { id: DeliveryId }[] = await database.work<{ id: DeliveryId }>(statement, [of, SLICE, at, last]);
    last = moved.at(-1)?.id;
  }
}

/**
 * Moves up to `limit` paused deliveries that nobody would ever look for: their endpoint is enabled, or gone.
 * @returns how many there were
 */
export async function sweepStranded(query: Query, limit: number): Promise<number> {
  let moved = 0;
  const rows = await query<{ endpoint_id: EndpointId; deleted_at: number | null; now: number }>(STRANDED, []);
  for (const { endpoint_id, deleted_at, now } of rows) {
    if (moved >= limit) break;
    const values = [endpoint_id, limit - moved, deleted_at ?? now, NIL];
    moved += (await query(deleted_at === null ? FREE_PAUSED : CANCEL_PAUSED, values)).length;
  }
  return moved;
}
