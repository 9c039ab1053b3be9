// The statements that lease: rows locked by another process's claim are skipped, and an event's body comes once, however
// many of its deliveries are claimed.
import type { Statement } from './connection.ts';

const NOBODY_ELSE = `
me as materialized (
  select from posthorn.owner where id = $1 for key share
)`;

// Written as an insert that always conflicts: it finds each row by its primary key, whatever the planner thinks. All but
// the place is as it was picked.
const TAKEN = `
taken as (
  insert into posthorn.queue (id, endpoint_id, event_id, tenant, event_type, place, owner)
  select id, endpoint_id, event_id, tenant, event_type, 'leased', $1::uuid
  from picked
  on conflict (id) do update set place = 'leased', owner = excluded.owner, due_at = null
),
leased as (
  select
    q.nr, q.id, q.endpoint_id, q.event_id, q.event_type, q.attempts, q.failures, q.interruptions, q.suspect,
    q.resume_state, q.resume_at, q.due_at, q.tenant, event.created_at, event.body, tenant.id as tenant_id, tenant.revision
  from (select *, row_number() over (partition by tenant, event_id order by nr) as copy from picked) as q
  cross join lateral (
    select created_at, case when q.copy = 1 then body end as body
    from posthorn.event
    where event.tenant = q.tenant and event.id = q.event_id
    offset 0
  ) as event
  cross join lateral (
    select id, revision from posthorn.tenant where key = q.tenant offset 0
  ) as tenant
)`;

/** Served by queue_due, from $3 on. The first row after the last one picked, or after now, is due next. */
export const CLAIM_DUE: Statement = {
  name: 'claim-due',
  text: `
with ${NOBODY_ELSE},
picked as materialized (
  select *, row_number() over (order by due_at, id) as nr
  from (
    select *
    from posthorn.queue
    where place = 'due' and due_at >= $3 and due_at <= $2 and exists (select from me)
    order by due_at, id
    limit $4
    for update skip locked
  ) as locked
),
last as (
  select
    case when count(*) = $4 then max(due_at) else $2 end as due_at,
    case when count(*) = $4 then (select id from picked order by nr desc limit 1)
      else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end as id
  from picked
),
${TAKEN}
select
  exists (select from me) as registered,
  (
    select queue.due_at
    from posthorn.queue
    where place = 'due' and (queue.due_at, queue.id) > ((select due_at from last), (select id from last))
    order by queue.due_at, queue.id
    limit 1
  ) as next_due,
  (select max(due_at) from picked) as last_due,
  leased.*
from (select) as one left join leased on true
order by leased.nr
`,
};

/** Served by queue_backlog, for each endpoint from its bound on. */
export const CLAIM_BACKLOG: Statement = {
  name: 'claim-backlog',
  text: `
with ${NOBODY_ELSE},
picked as materialized (
  select found.*, row_number() over () as nr
  from unnest($2::uuid[], $3::int[], $4::uuid[]) as wanted (endpoint_id, amount, bound)
  cross join lateral (
    select *
    from posthorn.queue
    where endpoint_id = wanted.endpoint_id and place = 'backlog' and id >= wanted.bound and exists (select from me)
    order by id
    limit wanted.amount
    for update skip locked
  ) as found
),
${TAKEN}
select exists (select from me) as registered, leased.*
from (select) as one left join leased on true
order by leased.nr
`,
};

/** Served by queue_due. */
export const NEXT_DUE: Statement = {
  name: 'next-due',
  text: `select due_at from posthorn.queue where place = 'due' and due_at >= $1 order by due_at limit 1`,
};

/** Served by queue_backlog: hops from endpoint to endpoint instead of reading every waiting delivery. */
export const BACKLOGS: Statement = {
  name: 'backlogs',
  text: `
with recursive found as (
  (select endpoint_id from posthorn.queue where place = 'backlog' order by endpoint_id limit 1)
  union all
  select (
    select queue.endpoint_id
    from posthorn.queue
    where place = 'backlog' and queue.endpoint_id > found.endpoint_id
    order by queue.endpoint_id
    limit 1
  )
  from found
  where found.endpoint_id is not null
)
select endpoint_id from found where endpoint_id is not null limit $1
`,
};
