// Finding what a text stands for, over all tenants.
import { type AttemptId, type DeliveryId, type EventId, idTime, type TenantId } from '../../domain/ids.ts';
import type { SearchRange } from '../../domain/search-range.ts';
import { wall } from '../../domain/time.ts';
import type { Match } from '../../seams/store/history.ts';
import type { Database, Statement } from './connection.ts';

const inRange = (column: string) => `${column} >= $1 and ${column} <= $2 order by ${column} desc limit $3`;
/** For attempts from before they named their tenant. Served by the primary key and queue_tenant, once per tenant. */
const tenantOf = (id: string) => `(
    select tenant.key from posthorn.tenant
    where exists (select from posthorn.delivery where delivery.tenant = tenant.key and delivery.id = ${id})
      or exists (select from posthorn.queue where queue.tenant = tenant.key and queue.id = ${id} and attempts >= 0)
  )`;

/** Served by attempt_id. */
const ATTEMPTS: Statement = {
  text: `
select found.id, found.delivery_id, found.started_at, tenant.id as tenant_id
from (select * from posthorn.attempt where number > 0 and ${inRange('id')}) as found
join posthorn.tenant on tenant.key = coalesce(found.tenant, ${tenantOf('found.delivery_id')}) and deleted_at is null
order by found.id desc
`,
};

/** Served by the primary keys of queue and attempt, and delivery_untried. */
const DELIVERIES: Statement = {
  text: `
with known as materialized (
  (select id, tenant from posthorn.queue where ${inRange('id')})
  union
  (select delivery_id, max(tenant) from posthorn.attempt
    where delivery_id >= $1 and delivery_id <= $2 group by delivery_id order by delivery_id desc limit $3)
  union
  (select id, tenant from posthorn.delivery where attempts = 0 and ${inRange('id')})
)
select found.id, tenant.id as tenant_id
from (select distinct on (id) id, tenant from known order by id desc, tenant nulls last) as found
join posthorn.tenant on tenant.key = coalesce(found.tenant, ${tenantOf('found.id')}) and deleted_at is null
order by found.id desc
limit $3
`,
};

const eventsIn = (rows: string): Statement => ({
  text: `
select found.*, tenant.id as tenant_id
from (${rows}) as found join posthorn.tenant on tenant.key = found.tenant and deleted_at is null
`,
});
/** Served by the primary key. */
const EVENTS = eventsIn(`select id, id::text as value, tenant, created_at from posthorn.event where ${inRange('id')}`);
/** Served by event_own_id. */
const OWN_IDS = eventsIn(`
  select id, own_id as value, tenant, created_at from posthorn.event where own_id is not null and ${inRange('own_id')}`);
/** Served by the primary key. */
const KEYS = eventsIn(`
  select event_id as id, key as value, tenant, created_at from posthorn.event_key where ${inRange('key')}`);

interface EventRow {
  readonly id: EventId;
  readonly value: string;
  readonly created_at: number;
  readonly tenant_id: TenantId;
}

/** See `History.find`. */
export async function find(database: Database, { ids, texts }: SearchRange, limit: number): Promise<Match[]> {
  const byText = [texts.low, texts.high, limit];
  const ofText = await Promise.all([events(database, 'ownId', OWN_IDS, byText), events(database, 'key', KEYS, byText)]);
  if (ids === null) return ofText.flat();
  const byId = [ids.low, ids.high, limit];
  const ofId = await Promise.all([
    deliveries(database, byId),
    attempts(database, byId),
    events(database, 'event', EVENTS, byId),
  ]);
  return [...ofId, ...ofText].flat();
}

async function deliveries(database: Database, range: readonly (string | number)[]): Promise<Match[]> {
  const rows = await database.read<{ id: DeliveryId; tenant_id: TenantId }>(DELIVERIES, range);
  return rows.map(({ id, tenant_id: tenantId }) => ({
    ...{ kind: 'delivery', tenantId, value: id, at: wall(idTime(id)), deliveryId: id, eventId: null },
  }));
}

async function attempts(database: Database, range: readonly (string | number)[]): Promise<Match[]> {
  const rows = await database.read<{
    id: AttemptId;
    delivery_id: DeliveryId;
    started_at: number;
    tenant_id: TenantId;
  }>(ATTEMPTS, range);
  return rows.map((row) => ({
    ...{ kind: 'attempt', tenantId: row.tenant_id, value: row.id, at: wall(row.started_at) },
    ...{ deliveryId: row.delivery_id, eventId: null },
  }));
}

async function events(
  database: Database,
  kind: Match['kind'],
  statement: Statement,
  range: readonly (string | number)[],
): Promise<Match[]> {
  const rows = await database.read<EventRow>(statement, range);
  return rows.map(({ id, value, created_at: at, tenant_id: tenantId }) => ({
    ...{ kind, tenantId, value, at: wall(at), deliveryId: null, eventId: id },
  }));
}
