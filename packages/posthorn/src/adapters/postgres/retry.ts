// One more attempt by hand: what is settled becomes pending and remembers what it was; what is planned is brought forward.
import type { DeliveryId, EndpointId, TenantId } from '../../domain/ids.ts';
import type { SteadyMs } from '../../domain/time.ts';
import type { Queue } from '../../seams/store/queue.ts';
import type { Database, Query, Statement } from './connection.ts';

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

/** Whoever changes the endpoint waits, and then finds what this call has made due. */
const ENDPOINT: Statement = {
  text: 'select enabled from posthorn.endpoint where id = $1 and deleted_at is null for share',
};

const PENDING: Statement = { text: 'select place from posthorn.queue where id = $1 for update' };

const BRING_FORWARD: Statement = {
  text: `
update posthorn.queue
set place = 'due', due_at = least(due_at, $2::bigint),
  resume_at = case when resume_state is null and due_at is not null then due_at else resume_at end,
  resume_state = case when resume_state is null and due_at is not null then 'pending' else resume_state end
where id = $1
`,
};

const REVIVE: Statement = {
  text: `
with old as (
  delete from posthorn.delivery where tenant = $2 and id = $1 returning *
)
insert into posthorn.queue (
  id, endpoint_id, event_id, tenant, event_type, place, due_at, attempts, failures, interruptions, resume_state, resume_at
)
select id, endpoint_id, event_id, tenant, event_type, 'due', $3, attempts, failures, interruptions, state, ended_at
from old
returning id
`,
};

/** See `Queue.retry`. */
export function retry(database: Database, tenantId: TenantId, id: DeliveryId, now: SteadyMs): Promise<Answer> {
  return database.transaction(async (query) => {
    const [found] = await query<{ tenant: number; endpoint_id: EndpointId | null }>(FIND, [tenantId, id]);
    if (found === undefined || found.endpoint_id === null) return 'missing';
    const [endpoint] = await query<{ enabled: boolean }>(ENDPOINT, [found.endpoint_id]);
    if (endpoint === undefined) return 'endpoint_gone';
    if (!endpoint.enabled) return 'endpoint_disabled';
    return await makeDue(query, found.tenant, id, Math.floor(now));
  });
}

/** Somebody may settle or revive the delivery at this moment, so it is looked for in turn until it is found. */
async function makeDue(query: Query, tenant: number, id: DeliveryId, now: number): Promise<Answer> {
  for (let look = 0; look < 2; look++) {
    const [pending] = await query<{ place: string }>(PENDING, [id]);
    if (pending !== undefined) {
      if (pending.place === 'leased' || pending.place === 'backlog') return 'under_way';
      await query(BRING_FORWARD, [id, now]);
      return 'due';
    }
    if ((await query(REVIVE, [id, tenant, now])).length > 0) return 'due';
  }
  return 'missing';
}
