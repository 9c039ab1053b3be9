// Erasing what an event told, and keeping the facts. What Postgres still has of the old rows goes with vacuum.
import type { DeliveryId, EventId, TenantId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { Database, Statement } from './connection.ts';
import { plainArray } from './sql-values.ts';

const EVENT: Statement = {
  text: `
select event.tenant, event.deliveries
from posthorn.event
where event.id = $2 and event.tenant = (select key from posthorn.tenant where id = $1 and deleted_at is null)
for update
`,
};

/** In whoever's hands they are. A delivery that had ended and was due once more goes back to its former state. */
const CANCEL: Statement = {
  text: `
with gone as (
  delete from posthorn.queue where id = any ($1::uuid[]) returning *
)
insert into posthorn.delivery (
  id, tenant, endpoint_id, event_id, event_type, state, attempts, failures, interruptions, ended_at,
  last_outcome, last_status, last_at
)
select id, tenant, endpoint_id, event_id, event_type,
  case when resume_state <> 'pending' then resume_state else 'cancelled' end,
  attempts, failures, interruptions,
  case when resume_state <> 'pending' then resume_at else $2 end,
  last_outcome, last_status, last_at
from gone
`,
};

const ERASE_RESPONSES: Statement = {
  text: `
update posthorn.attempt set response_headers = '[]', response_body = ''
where delivery_id = any ($1::uuid[]) and status is not null
`,
};

const REMOVE_DELIVERY_KEYS: Statement = {
  text: 'delete from posthorn.delivery_key where delivery_id = any ($1::uuid[])',
};
const REMOVE_EVENT_KEYS: Statement = { text: 'delete from posthorn.event_key where event_id = $1 and tenant = $2' };

const ERASE_EVENT: Statement = {
  text: `
update posthorn.event set body = '', keys = null, erased_at = coalesce(erased_at, $3) where id = $1 and tenant = $2
`,
};

/** See `History.eraseEvent`. */
export function eraseEvent(database: Database, tenantId: TenantId, id: EventId, at: WallMs): Promise<boolean> {
  return database.transaction(async (query) => {
    const [event] = await query<{ tenant: number; deliveries: DeliveryId[] }>(EVENT, [tenantId, id]);
    if (event === undefined) return false;
    // In the order in which everybody locks them.
    const deliveries = plainArray(event.deliveries.toSorted());
    await query(CANCEL, [deliveries, at]);
    await query(ERASE_RESPONSES, [deliveries]);
    await query(REMOVE_DELIVERY_KEYS, [deliveries]);
    await query(REMOVE_EVENT_KEYS, [id, event.tenant]);
    await query(ERASE_EVENT, [id, event.tenant, at]);
    return true;
  });
}
