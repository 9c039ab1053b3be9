// The statement that records: attempts go to the history, and each delivery moves on if its owner still holds it.
import type { Statement } from './connection.ts';

// The lateral join is the fence: it finds and locks the queue row only if the record fits and its attempt is not known.
// Deliveries that move on are written as an insert that always conflicts: it finds each row by its primary key, whatever the planner
// thinks.
export const RECORD: Statement = {
  name: 'record',
  text: `
with made as materialized (
  select r.*, q.id is not null as fits,
    q.tenant, q.endpoint_id, q.event_id, q.event_type, q.resume_state as old_state, q.resume_at as old_at
  from unnest(
    $2::uuid[], $3::uuid[], $4::int[], $5::boolean[], $6::bigint[], $7::float8[], $8::float8[], $9::boolean[],
    $10::text[], $11::text[], $12::int[], $13::text[], $14::int[], $15::int[], $16::boolean[],
    $17::text[], $18::bigint[], $19::int[], $20::int[], $21::text[], $22::bigint[], $24::int[], $25::int[]
  ) as r (
    delivery_id, attempt_id, number, manual, started_at, connect_ms, duration_ms, repeated,
    outcome, error, status, headers, body, body_size, truncated,
    next_state, next_at, failures, interruptions, resume_state, resume_at, version, sender
  )
  left join lateral (
    select *
    from posthorn.queue
    where queue.id = r.delivery_id and queue.owner = $1 and queue.attempts = r.number - 1
      and not exists (
        select from posthorn.attempt
        where attempt.delivery_id = r.delivery_id and attempt.id = r.attempt_id
      )
    for update
  ) as q on true
),
ended as (
  delete from posthorn.queue
  where id = any (array(select delivery_id from made where fits and next_state <> 'pending'))
),
finished as (
  insert into posthorn.delivery (
    id, tenant, endpoint_id, event_id, event_type, state, attempts, failures, interruptions, ended_at,
    last_outcome, last_status, last_at
  )
  select delivery_id, tenant, endpoint_id, event_id, event_type, next_state, number, failures, interruptions,
    case when old_state = next_state and outcome <> 'succeeded' then old_at else next_at end,
    outcome, status, started_at
  from made
  where fits and next_state <> 'pending'
),
moved as (
  insert into posthorn.queue (
    id, tenant, endpoint_id, event_id, event_type, place, due_at, attempts, failures, interruptions,
    resume_state, resume_at, last_outcome, last_status, last_at
  )
  select delivery_id, tenant, endpoint_id, event_id, event_type, 'due', next_at, number, failures, interruptions,
    resume_state, resume_at, outcome, status, started_at
  from made
  where fits and next_state = 'pending'
  on conflict (id) do update
  set place = 'due', due_at = excluded.due_at, owner = null, attempts = excluded.attempts, failures = excluded.failures,
    interruptions = excluded.interruptions, resume_state = excluded.resume_state, resume_at = excluded.resume_at,
    suspect = false, begun_attempt = null, begun_at = null, last_outcome = excluded.last_outcome,
    last_status = excluded.last_status, last_at = excluded.last_at
),
appended as (
  insert into posthorn.attempt (
    delivery_id, id, number, manual, started_at, connect_ms, duration_ms, repeated, late, outcome, error,
    status, response_headers, response_body, truncated, version, sender, tenant
  )
  select
    delivery_id, attempt_id, number, manual, started_at, connect_ms, duration_ms, repeated, not fits, outcome, error,
    status, headers::json, substring($23::bytea from body for body_size), truncated, version, sender, tenant
  from made
  on conflict (delivery_id, id) do nothing
)
select attempt_id from made where not fits
`,
};

/** Responses that came for deliveries whose event was erased meanwhile: late, all of them. */
export const ERASE_LATE: Statement = {
  text: `
update posthorn.attempt set response_headers = '[]', response_body = ''
from unnest($1::uuid[], $2::uuid[]) as late (delivery_id, id)
where attempt.delivery_id = late.delivery_id and attempt.id = late.id and attempt.status is not null
  and exists (
    select
    from posthorn.tenant
    join posthorn.delivery on delivery.tenant = tenant.key and delivery.id = late.delivery_id
    join posthorn.event on event.id = delivery.event_id and event.tenant = delivery.tenant
    where event.erased_at is not null
  )
`,
};

/** Attempts as the history has them: recorded in time, or late. */
export const LATE: Statement = {
  text: `
select attempt.id, attempt.late
from unnest($1::uuid[], $2::uuid[]) as wanted (delivery_id, id)
cross join lateral (
  select * from posthorn.attempt where delivery_id = wanted.delivery_id and id = wanted.id offset 0
) as attempt
`,
};
