// How much is pending: counted in indexes and only up to a limit, on the sessions that serve people.
import { type DeliveryId, idTime } from '../../domain/ids.ts';
import type { Scope } from '../../domain/tally.ts';
import { wall } from '../../domain/time.ts';
import type { Pending } from '../../seams/store/history.ts';
import type { PendingOf } from '../../seams/store/tallies.ts';
import type { Database, Statement } from './connection.ts';

/** Served by queue_due, queue_backlog and queue_paused, and by the primary key up to the first that is not paused. */
const PENDING: Statement = {
  text: `
select
  (select count(*)::int from (select from posthorn.queue where place = 'due' limit $1) as found) as due,
  (select count(*)::int from (select from posthorn.queue where place = 'backlog' limit $1) as found) as backlog,
  (select count(*)::int from (select from posthorn.queue where place = 'paused' limit $1) as found) as paused,
  (
    select id
    from (select id, place from posthorn.queue order by id limit $1) as oldest
    where place <> 'paused'
    limit 1
  ) as oldest
`,
};

/** Served by queue_owner. */
const LEASED: Statement = {
  text: `select count(*)::int as leased from (select from posthorn.queue where place = 'leased' limit $1) as found`,
};

const SEEN = `
seen as materialized (
  select id, place, endpoint_id
  from posthorn.queue
  where tenant = (select key from posthorn.tenant where id = $2 and deleted_at is null) and attempts >= 0
  order by id
  limit $1
)`;

/** Served by queue_tenant. */
const OF_TENANT: Statement = {
  text: `
with ${SEEN}
select count(*) filter (where place <> 'leased')::int as waiting, count(*) filter (where place = 'leased')::int as leased,
  count(*) >= $1 as capped,
  (select id from seen where place <> 'paused' order by id limit 1) as oldest
from seen
`,
};

/** Served by queue_tenant for what is due or leased, which may hide behind others of the tenant; queue_backlog, queue_paused. */
const OF_ENDPOINT: Statement = {
  text: `
with ${SEEN},
backlog as materialized (
  select id from posthorn.queue where endpoint_id = $3 and place = 'backlog' order by id limit $1
),
paused as materialized (
  select id from posthorn.queue where endpoint_id = $3 and place = 'paused' limit $1
)
select
  ((select count(*) from seen where place = 'due' and endpoint_id = $3)
    + (select count(*) from backlog) + (select count(*) from paused))::int as waiting,
  (select count(*) from seen where place = 'leased' and endpoint_id = $3)::int as leased,
  greatest((select count(*) from seen), (select count(*) from backlog), (select count(*) from paused)) >= $1 as capped,
  (
    select id
    from (
      select id from seen where place <> 'paused' and endpoint_id = $3
      union all
      (select id from backlog order by id limit 1)
    ) as candidate
    order by id
    limit 1
  ) as oldest
`,
};

interface PendingOfRow {
  readonly waiting: number;
  readonly leased: number;
  readonly capped: boolean;
  readonly oldest: DeliveryId | null;
}

interface PendingRow {
  readonly due: number;
  readonly backlog: number;
  readonly paused: number;
  readonly oldest: DeliveryId | null;
}

/** See `History.pending`. */
export async function pending(database: Database, limit: number): Promise<Pending> {
  const [row] = await database.read<PendingRow>(PENDING, [limit]);
  const { due, backlog, paused, oldest } = row ?? { due: 0, backlog: 0, paused: 0, oldest: null };
  return { due, backlog, paused, oldestCreatedAt: oldest === null ? null : wall(idTime(oldest)) };
}

/** See `Tallies.pendingOf`. */
export async function pendingOf(database: Database, scope: Scope, limit: number): Promise<PendingOf> {
  if (scope.kind === 'installation') {
    const [{ due, backlog, paused, oldestCreatedAt }, [row]] = await Promise.all([
      pending(database, limit),
      database.read<{ leased: number }>(LEASED, [limit]),
    ]);
    const leased = row?.leased ?? 0;
    return {
      waiting: due + backlog + paused,
      leased,
      capped: Math.max(due, backlog, paused, leased) >= limit,
      oldestCreatedAt,
    };
  }
  const [row] = await (scope.kind === 'tenant'
    ? database.read<PendingOfRow>(OF_TENANT, [limit, scope.tenantId])
    : database.read<PendingOfRow>(OF_ENDPOINT, [limit, scope.tenantId, scope.endpointId]));
  const { waiting, leased, capped, oldest } = row ?? { waiting: 0, leased: 0, capped: false, oldest: null };
  return { waiting, leased, capped, oldestCreatedAt: oldest === null ? null : wall(idTime(oldest)) };
}
