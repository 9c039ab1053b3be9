// Removing history that is older than it is kept, and all history of deleted tenants: a bounded number of rows in one short
// transaction, tenant by tenant along indexes.
import { idFloor } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { Database, Query, Statement, Value } from './connection.ts';
import { sweepStranded } from './sweep.ts';

/** Later than anything, and the highest id: of a deleted tenant everything is old. */
const END_MS = '9223372036854775807';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

// Served by the primary key. What was settled only lately is kept although it was made long ago.
const DELIVERIES: Statement = {
  text: `
with old as materialized (
  select found.tenant, found.id
  from posthorn.tenant
  cross join lateral (
    select delivery.tenant, delivery.id
    from posthorn.delivery
    where delivery.tenant = tenant.key
      and delivery.id < case when tenant.deleted_at is null then $2::uuid else '${LAST_ID}' end
      and delivery.ended_at < case when tenant.deleted_at is null then $3::bigint else ${END_MS} end
    order by delivery.id
    limit $1
  ) as found
  limit $1
),
gone as (
  delete from posthorn.delivery using old where delivery.tenant = old.tenant and delivery.id = old.id
  returning delivery.id
),
attempts as (
  delete from posthorn.attempt using gone where attempt.delivery_id = gone.id returning attempt.id
)
select (select count(*) from gone) + (select count(*) from attempts) as removed
`,
};

// Served by event_newest. An event stays as long as one of its deliveries does, pending or settled.
const EVENTS: Statement = {
  text: `
with old as materialized (
  select found.tenant, found.id
  from posthorn.tenant
  cross join lateral (
    select event.tenant, event.id
    from posthorn.event
    where event.tenant = tenant.key and event.created_at >= 0
      and event.created_at < case when tenant.deleted_at is null then $2::bigint else ${END_MS} end
      and not exists (
        select from unnest(event.deliveries) as made (id) join posthorn.queue on queue.id = made.id
      )
      and not exists (
        select
        from unnest(event.deliveries) as made (id)
        join posthorn.delivery on delivery.tenant = event.tenant and delivery.id = made.id
      )
    order by event.created_at, event.id
    limit $1
  ) as found
  limit $1
),
gone as (
  delete from posthorn.event using old where event.tenant = old.tenant and event.id = old.id returning event.id
)
select count(*) as removed from gone
`,
};

/** Served by attempt_late. Recorded after their delivery had been removed: nothing leads to them. */
const LATE_ATTEMPTS: Statement = {
  text: `
with old as materialized (
  select attempt.delivery_id, attempt.id
  from posthorn.attempt
  where late and delivery_id < $2::uuid
    and not exists (select from posthorn.queue where queue.id = attempt.delivery_id)
    and not exists (
      select
      from posthorn.tenant
      join posthorn.delivery on delivery.tenant = tenant.key and delivery.id = attempt.delivery_id
    )
  limit $1
),
gone as (
  delete from posthorn.attempt
  using old
  where attempt.delivery_id = old.delivery_id and attempt.id = old.id
  returning attempt.id
)
select count(*) as removed from gone
`,
};

/** Served by endpoint_deleted. Nothing but the history's ids of them is left by then. */
const ENDPOINTS: Statement = {
  text: `
with gone as (
  delete from posthorn.endpoint
  where key in (select key from posthorn.endpoint where deleted_at < $2 limit $1)
  returning key
)
select count(*) as removed from gone
`,
};

/** Served by replay_ended. */
const REPLAYS: Statement = {
  text: `
with gone as (
  delete from posthorn.replay
  where id in (select id from posthorn.replay where ended_at is not null and ended_at < $2 limit $1)
  returning id
)
select count(*) as removed from gone
`,
};

/** Served by tenant_deleted and replay_newest. Those that are running end soon, since their endpoints are deleted. */
const REPLAYS_OF_DELETED_TENANTS: Statement = {
  text: `
with gone as (
  delete from posthorn.replay
  where id in (
    select replay.id
    from posthorn.tenant join posthorn.replay on replay.tenant = tenant.key
    where tenant.deleted_at is not null and replay.state <> 'running'
    limit $1
  )
  returning id
)
select count(*) as removed from gone
`,
};

/** Served by tenant_deleted. */
const TENANTS: Statement = {
  text: `
with empty as materialized (
  select key
  from posthorn.tenant
  where deleted_at is not null
    and not exists (select from posthorn.event where event.tenant = tenant.key)
    and not exists (select from posthorn.delivery where delivery.tenant = tenant.key)
    and not exists (select from posthorn.queue where queue.tenant = tenant.key and queue.attempts >= 0)
    and not exists (select from posthorn.endpoint where endpoint.tenant = tenant.key)
    and not exists (select from posthorn.replay where replay.tenant = tenant.key)
  limit $1
),
gone as (
  delete from posthorn.tenant using empty where tenant.key = empty.key returning tenant.key
)
select count(*) as removed from gone
`,
};

const ENDPOINTS_OF_DELETED_TENANTS: Statement = {
  text: `
with gone as (
  delete from posthorn.endpoint
  where key in (
    select endpoint.key
    from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key
    where tenant.deleted_at is not null and endpoint.deleted_at is not null
      and not exists (select from posthorn.queue where queue.tenant = tenant.key and queue.attempts >= 0)
    limit $1
  )
  returning key
)
select count(*) as removed from gone
`,
};

/** See `History.prune`. */
export function prune(database: Database, before: WallMs, limit: number): Promise<number> {
  const moment = Math.floor(before);
  const steps: readonly [Statement, ...Value[]][] = [
    [DELIVERIES, idFloor(moment), moment],
    [LATE_ATTEMPTS, idFloor(moment)],
    [EVENTS, moment],
    [ENDPOINTS, moment],
    [ENDPOINTS_OF_DELETED_TENANTS],
    [REPLAYS, moment],
    [REPLAYS_OF_DELETED_TENANTS],
    [TENANTS],
  ];
  return database.transaction(async (query) => {
    let removed = await sweepStranded(query, limit);
    for (const [statement, ...values] of steps) {
      if (removed >= limit) break;
      removed += await countOf(query, statement, [limit - removed, ...values]);
    }
    return removed;
  });
}

async function countOf(query: Query, statement: Statement, values: readonly Value[]): Promise<number> {
  const [row] = await query<{ removed: number }>(statement, values);
  return row?.removed ?? 0;
}
