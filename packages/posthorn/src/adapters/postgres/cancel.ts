// Cancelling what is pending and nobody's, a slice per transaction: a deleted endpoint may leave a million deliveries behind,
// and nothing else may wait for them. What a crash in between leaves is cancelled by whoever claims it, or by `prune`.
import type { EndpointId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { Database, Query, Statement } from './connection.ts';

/** Deliveries per transaction. */
const SLICE = 2_000;

/** What was settled and due once more goes back to what it was. */
function cancelWhere(condition: string): Statement {
  return {
    text: `
with picked as materialized (
  select id from posthorn.queue where ${condition} limit $1 for update skip locked
),
gone as (
  delete from posthorn.queue where id = any (array(select id from picked)) returning *
)
insert into posthorn.delivery (
  id, tenant, endpoint_id, event_id, event_type, state, attempts, failures, interruptions, ended_at
)
select id, tenant, endpoint_id, event_id, event_type,
  case when resume_state <> 'pending' then resume_state else 'cancelled' end,
  attempts, failures, interruptions,
  case when resume_state <> 'pending' then resume_at else $2 end
from gone
returning id
`,
  };
}

/** Served by queue_tenant. */
export const CANCEL_ALL_OF_TENANT = cancelWhere(`tenant = $3 and attempts >= 0 and place <> 'leased'`);

/** Served by queue_tenant: there is no index by endpoint for every place, and deleting is rare. */
export const CANCEL_ALL_OF_ENDPOINT = cancelWhere(`
  tenant = (select tenant from posthorn.endpoint where id = $3) and attempts >= 0
  and endpoint_id = $3 and place <> 'leased'`);

/** Served by queue_held: held deliveries that nobody will ever claim, because their endpoint was deleted. */
const CANCEL_STRANDED = cancelWhere(`
  place = 'held' and endpoint_id in (select id from posthorn.endpoint where deleted_at is not null)`);

/** Cancels everything of a tenant or endpoint, `of` being its key or id. */
export async function cancelAll(
  database: Database,
  statement: Statement,
  of: EndpointId | number,
  at: WallMs,
): Promise<void> {
  while ((await database.work(statement, [SLICE, at, of])).length > 0);
}

/** Cancels up to `limit` held deliveries of deleted endpoints. */
export async function cancelStranded(query: Query, at: WallMs, limit: number): Promise<number> {
  return (await query(CANCEL_STRANDED, [limit, at])).length;
}
