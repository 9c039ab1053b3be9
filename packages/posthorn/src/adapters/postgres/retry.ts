// One more attempt by hand: what is ended becomes pending and remembers what it was; what is planned is brought forward.
import type { Resume } from '../../domain/delivery.ts';
import type { EndpointState } from '../../domain/endpoint/endpoint.ts';
import type { DeliveryId, EndpointId, TenantId } from '../../domain/ids.ts';
import { afterRetry, type Place } from '../../domain/retry.ts';
import { type SteadyMs, steady } from '../../domain/time.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import type { Queue } from '../../seams/store/queue.ts';
import type { Database, Query, Statement } from './connection.ts';
import { once } from './idempotency.ts';
import { resumeOf } from './leased-rows.ts';
import { resumeTime } from './record.ts';
import { plainArray } from './sql-values.ts';

type Answer = Awaited<ReturnType<Queue['retry']>>;

const FIND: Statement = {
  text: `
select tenant.key as tenant, coalesce(queue.endpoint_id, delivery.endpoint_id) as endpoint_id
from posthorn.tenant
left join posthorn.queue on queue.id = $2 and queue.tenant = tenant.key
left join posthorn.delivery on delivery.tenant = tenant.key and delivery.id = $2
where tenant.id = $1 and tenant.deleted_at is null
`,
};

/** A call that changes the endpoint waits, and then finds the deliveries that this call has made due. */
export const ENDPOINT: Statement = {
  text: 'select state, deleted_at is not null as gone from posthorn.endpoint where id = $1 for share',
};

const PENDING: Statement = {
  text: 'select place, due_at, resume_state, resume_at from posthorn.queue where id = $1 for update',
};

const BRING_FORWARD: Statement = {
  text: `
update posthorn.queue
set place = 'due', due_at = $2, resume_state = $3, resume_at = $4
where id = $1
`,
};

/** Makes ended deliveries due at $3, for the replay $4 or for a person. */
export const REVIVE: Statement = {
  text: `
with old as (
  delete from posthorn.delivery
  using (select unnest($1::uuid[]) as id offset 0) as wanted
  where delivery.tenant = $2 and delivery.id = wanted.id
    and not exists (
      select from posthorn.event
      where event.id = delivery.event_id and event.tenant = delivery.tenant and event.erased_at is not null
    )
  returning delivery.*
)
insert into posthorn.queue (
  id, endpoint_id, event_id, tenant, event_type, place, due_at, attempts, failures, interruptions, resume_state, resume_at,
  replay_id, last_outcome, last_status, last_at
)
select id, endpoint_id, event_id, tenant, event_type, 'due', $3, attempts, failures, interruptions, state, ended_at,
  $4::uuid, last_outcome, last_status, last_at
from old
returning id
`,
};

interface PendingRow {
  readonly place: Place;
  readonly due_at: number | null;
  readonly resume_state: Resume['state'] | null;
  readonly resume_at: number | null;
}

const ERASED: Statement = {
  text: `
select from posthorn.delivery join posthorn.event on event.id = delivery.event_id and event.tenant = delivery.tenant
where delivery.id = $1 and delivery.tenant = $2 and event.erased_at is not null
`,
};

/** See `Queue.retry`. */
export function retry(
  database: Database,
  tenantId: TenantId,
  id: DeliveryId,
  now: SteadyMs,
  claim?: ClaimedKey,
): Promise<Answer> {
  return database.transaction((query) =>
    once(query, claim, async () => {
      const [found] = await query<{ tenant: number; endpoint_id: EndpointId | null }>(FIND, [tenantId, id]);
      if (found === undefined || found.endpoint_id === null) return 'missing';
      const refused = await obstacle(query, found.endpoint_id);
      if (refused !== undefined) return refused;
      return await makeDue(query, found.tenant, id, now);
    }),
  );
}

/** Why nothing can be attempted at this endpoint, if so; it stays as it is until the transaction ends. */
export async function obstacle(
  query: Query,
  id: EndpointId,
): Promise<'endpoint_gone' | 'endpoint_disabled' | undefined> {
  const [endpoint] = await query<{ state: EndpointState; gone: boolean }>(ENDPOINT, [id]);
  if (endpoint === undefined || endpoint.gone) return 'endpoint_gone';
  return endpoint.state === 'active' ? undefined : 'endpoint_disabled';
}

/** Somebody may settle or revive the delivery at this moment, so it is looked for in turn until it is found. */
async function makeDue(query: Query, tenant: number, id: DeliveryId, now: SteadyMs): Promise<Answer> {
  for (let look = 0; look < 2; look++) {
    const [pending] = await query<PendingRow>(PENDING, [id]);
    if (pending !== undefined) {
      const dueAt = pending.due_at === null ? null : steady(pending.due_at);
      const resume = resumeOf(pending.resume_state, pending.resume_at);
      const after = afterRetry({ place: pending.place, dueAt, resume }, now);
      if (after === 'under_way') return after;
      await query(BRING_FORWARD, [id, after.dueAt, after.resume.state, resumeTime(after.resume)]);
      return 'due';
    }
    if ((await query(REVIVE, [plainArray([id]), tenant, now, null])).length > 0) return 'due';
  }
  return (await query(ERASED, [id, tenant])).length > 0 ? 'erased' : 'missing';
}
