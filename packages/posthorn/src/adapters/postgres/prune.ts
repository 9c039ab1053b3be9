// Removing history that is older than it is kept, and all history of deleted tenants: tenant by tenant along indexes, a bounded
// number of rows per step. Rows that have to stay are looked at once and then left behind, until the next look from the front.
import { type DeliveryId, type EventId, idFloor } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { History } from '../../seams/store/history.ts';
import { type PruneStep, pruneInSteps } from '../prune-in-steps.ts';
import type { Database, Statement, Value } from './connection.ts';
import { NIL } from './sql-values.ts';
import { sweepStranded } from './sweep.ts';

/** Later than anything, and the highest id: of a deleted tenant everything is old. */
const END_MS = '9223372036854775807';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Deliveries looked for per step of events, give or take those of one event. */
const LISTED_PER_STEP = 5_000;

/**
 * Tenants by key, from the one on that the last step ended in, and behind what each is looked through. A lateral join keeps
 * their order, so the last row found is where to go on.
 */
const tenantsWith = (bounds: string) =>
  `(select key, ${bounds} from posthorn.tenant where key >= $2 order by key offset 0) as tenant`;

// Served by the primary key. Deliveries that ended only lately are kept although they were made long ago.
export const DELIVERIES: Statement = {
  text: `
with looked as materialized (
  select found.*
  from ${tenantsWith(`
    case when key = $2 then $3::uuid else '${NIL}' end as behind,
    case when deleted_at is null then $4::uuid else '${LAST_ID}' end as below,
    case when deleted_at is null then $5::bigint else ${END_MS} end as ended_before`)}
  cross join lateral (
    select delivery.tenant, delivery.id, delivery.ended_at < tenant.ended_before as old
    from posthorn.delivery
    where delivery.tenant = tenant.key and delivery.id > tenant.behind and delivery.id < tenant.below
    order by delivery.id
    limit $1
  ) as found
  limit $1
),
gone as (
  delete from posthorn.delivery
  using looked
  where looked.old and delivery.tenant = looked.tenant and delivery.id = looked.id
  returning delivery.id
),
attempts as (
  delete from posthorn.attempt using gone where attempt.delivery_id = gone.id returning attempt.id
),
keys as (
  delete from posthorn.delivery_key where delivery_id = any (array(select id from gone))
)
select (select count(*) from gone) + (select count(*) from attempts) as removed, tenant, 0 as created_at, id
from looked
order by tenant desc, id desc
limit 1
`,
};

// Served by event_newest. An event stays as long as one of its deliveries does, pending or ended.
export const EVENTS: Statement = {
  text: `
with found as materialized (
  select found.*
  from ${tenantsWith(`
    case when key = $2 then $3::bigint else -1 end as behind_at,
    case when key = $2 then $4::uuid else '${NIL}' end as behind_id,
    case when deleted_at is null then $5::bigint else ${END_MS} end as made_before`)}
  cross join lateral (
    select event.tenant, event.created_at, event.id, event.deliveries
    from posthorn.event
    where event.tenant = tenant.key and event.created_at >= 0
      and (event.created_at, event.id) > (tenant.behind_at, tenant.behind_id)
      and event.created_at < tenant.made_before
    order by event.created_at, event.id
    limit $1
  ) as found
  limit $1
),
listed as materialized (
  select *, sum(cardinality(deliveries)) over (order by tenant, created_at, id) - cardinality(deliveries) as before_these
  from found
),
looked as materialized (
  select tenant, created_at, id,
    not exists (
      select from unnest(listed.deliveries) as made (id) join posthorn.queue on queue.id = made.id
    )
    and not exists (
      select
      from unnest(listed.deliveries) as made (id)
      join posthorn.delivery on delivery.tenant = listed.tenant and delivery.id = made.id
    ) as old
  from listed
  where before_these < ${LISTED_PER_STEP}
),
gone as (
  delete from posthorn.event
  using looked
  where looked.old and event.tenant = looked.tenant and event.id = looked.id
  returning event.id, event.tenant
),
keys as (
  delete from posthorn.event_key
  where event_id = any (array(select id from gone))
    and exists (select from gone where gone.id = event_key.event_id and gone.tenant = event_key.tenant)
),
postponed as (
  delete from posthorn.erasure_later
  where event_id = any (array(select id from gone))
    and exists (select from gone where gone.id = erasure_later.event_id and gone.tenant = erasure_later.tenant)
)
select (select count(*) from gone) as removed, tenant, created_at, id
from looked
order by tenant desc, created_at desc, id desc
limit 1
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

/** The last row that a step has looked at. */
interface Place {
  readonly tenant: number;
  readonly created_at: number;
  readonly id: DeliveryId | EventId | typeof NIL;
}

const FRONT: Place = { tenant: 0, created_at: -1, id: NIL };

/** The result of a step of a stage, and the place where the stage goes on; `null` when nothing is left for it. */
type Stage = (database: Database, before: number, limit: number, behind: Place) => Promise<PruneStep<Place>>;

/** Stages that wait for nobody, before those that look at pending deliveries. */
const stranded: Stage = async (database, _before, limit) => {
  const removed = await database.transaction((query) => sweepStranded(query, limit));
  return { removed, next: removed === 0 ? null : FRONT };
};

/** A statement that answers with the last row that it has looked at, or with none. */
function along(statement: Statement, values: (behind: Place, before: number) => Value[]): Stage {
  return async (database, before, limit, behind) => {
    const [row] = await database.work<Place & { readonly removed: number }>(statement, [
      limit,
      ...values(behind, before),
    ]);
    return { removed: row?.removed ?? 0, next: row ?? null };
  };
}

/** A statement that finds by index what may go, and nothing else. */
function atOnce(statement: Statement, ...values: ((before: number) => Value)[]): Stage {
  return async (database, before, limit) => {
    const [row] = await database.work<{ removed: number }>(statement, [limit, ...values.map((of) => of(before))]);
    const removed = row?.removed ?? 0;
    return { removed, next: removed === 0 ? null : FRONT };
  };
}

const itself = (before: number) => before;

/** One after another: what is removed later is what nothing needs any more. */
const STAGES: readonly Stage[] = [
  stranded,
  along(DELIVERIES, ({ tenant, id }, before) => [tenant, id, idFloor(before), before]),
  atOnce(LATE_ATTEMPTS, idFloor),
  along(EVENTS, ({ tenant, created_at, id }, before) => [tenant, created_at, id, before]),
  atOnce(ENDPOINTS, itself),
  atOnce(ENDPOINTS_OF_DELETED_TENANTS),
  atOnce(REPLAYS, itself),
  atOnce(REPLAYS_OF_DELETED_TENANTS),
  atOnce(TENANTS),
];

/** Where the next step goes on. */
interface Cursor {
  readonly stage: number;
  readonly behind: Place;
}

/** See `History.prune`. It remembers where it is, so it is made once for a store. */
export function prune(database: Database): History['prune'] {
  return pruneInSteps<Cursor>(async (before: WallMs, limit, from) => {
    const { stage, behind } = from ?? { stage: 0, behind: FRONT };
    const step = STAGES[stage];
    if (step === undefined) return { removed: 0, next: null };
    const { removed, next } = await step(database, before, limit, behind);
    if (next !== null) return { removed, next: { stage, behind: next } };
    return { removed, next: stage + 1 < STAGES.length ? { stage: stage + 1, behind: FRONT } : null };
  });
}
