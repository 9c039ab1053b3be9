// Endpoints: every change raises the revision of the tenant's catalog in the same transaction, under the lock of the
// tenant's row, so that no event is stored with deliveries that were matched against something else.
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import { type SteadyMs, type WallMs, wall } from '../../domain/time.ts';
import type { Catalog, Page, StoredEndpoint } from '../../seams/store/registry.ts';
import type { Database, Query, Statement, Value } from './connection.ts';
import { plainArray, textArray } from './sql-values.ts';
import { cancelEndpoint, freePaused } from './sweep.ts';

const COLUMNS = `
endpoint.id, endpoint.url, endpoint.event_types, endpoint.description, endpoint.schedule_ms, endpoint.connect_timeout_ms,
endpoint.reply_timeout_ms, endpoint.enabled, endpoint.created_at, endpoint.updated_at, endpoint.sealed, endpoint.version`;

export const LOCK_TENANT: Statement = {
  text: 'select key from posthorn.tenant where id = $1 and deleted_at is null for no key update',
};

const RAISE_REVISION: Statement = {
  text: `update posthorn.tenant set revision = nextval('posthorn.catalog_revision') where key = $1`,
};

const EXISTS: Statement = { text: 'select from posthorn.endpoint where id = $1 and tenant = $2' };

const COUNT: Statement = {
  text: 'select count(*) as live from posthorn.endpoint where tenant = $1 and deleted_at is null',
};

const INSERT: Statement = {
  text: `
insert into posthorn.endpoint (
  id, tenant, url, event_types, description, schedule_ms, connect_timeout_ms, reply_timeout_ms, enabled, updated_at,
  sealed, version, created_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
`,
};

const LOCK_ENDPOINT: Statement = {
  text: `
select version
from posthorn.endpoint
where id = $1 and tenant = $2 and deleted_at is null
for no key update
`,
};

const REPLACE: Statement = {
  text: `
update posthorn.endpoint
set url = $3, event_types = $4, description = $5, schedule_ms = $6, connect_timeout_ms = $7, reply_timeout_ms = $8,
  enabled = $9, updated_at = $10, sealed = $11, version = $12
where id = $1 and tenant = $2
`,
};

const DELETE: Statement = {
  text: `
update posthorn.endpoint
set deleted_at = $3, sealed = '', url = ''
where id = $1 and tenant = $2 and deleted_at is null
returning id
`,
};

const ONE: Statement = {
  text: `
select ${COLUMNS}
from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key
where tenant.id = $1 and tenant.deleted_at is null and endpoint.id = $2 and endpoint.deleted_at is null
`,
};

const LIST: Statement = {
  text: `
select ${COLUMNS}
from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key
where tenant.id = $1 and tenant.deleted_at is null and endpoint.deleted_at is null
  and ($3::uuid is null or endpoint.id < $3)
order by endpoint.id desc
limit $2
`,
};

/** One row without an endpoint for a tenant that has none. */
const CATALOG: Statement = {
  text: `
select tenant.revision, ${COLUMNS}
from posthorn.tenant
left join posthorn.endpoint on endpoint.tenant = tenant.key and endpoint.deleted_at is null
where tenant.id = $1 and tenant.deleted_at is null
order by endpoint.key
`,
};

interface EndpointRow {
  readonly id: EndpointId;
  readonly url: string;
  readonly event_types: readonly string[] | null;
  readonly description: string;
  readonly schedule_ms: readonly number[];
  readonly connect_timeout_ms: number;
  readonly reply_timeout_ms: number;
  readonly enabled: boolean;
  readonly created_at: number;
  readonly updated_at: number;
  readonly sealed: Uint8Array;
  readonly version: number;
}

/** See `Registry.createEndpoint`. */
export function createEndpoint(
  database: Database,
  endpoint: StoredEndpoint,
  max: number,
): Promise<'created' | 'unknown_tenant' | 'too_many'> {
  return database.transaction(async (query) => {
    const tenant = await lockTenant(query, endpoint.tenantId);
    if (tenant === undefined) return 'unknown_tenant';
    if ((await query(EXISTS, [endpoint.id, tenant])).length > 0) return 'created';
    const [count] = await query<{ live: number }>(COUNT, [tenant]);
    if ((count?.live ?? 0) >= max) return 'too_many';
    await query(INSERT, [...valuesOf(endpoint, tenant), endpoint.createdAt]);
    await query(RAISE_REVISION, [tenant]);
    return 'created';
  });
}

/** See `Registry.replaceEndpoint`. */
export async function replaceEndpoint(
  database: Database,
  endpoint: StoredEndpoint,
  now: SteadyMs,
): Promise<'replaced' | 'missing' | 'changed'> {
  const answer = await database.transaction(async (query) => {
    const tenant = await lockTenant(query, endpoint.tenantId);
    if (tenant === undefined) return 'missing';
    const [stored] = await query<{ version: number }>(LOCK_ENDPOINT, [endpoint.id, tenant]);
    if (stored === undefined) return 'missing';
    if (stored.version !== endpoint.version - 1) return 'changed';
    await query(REPLACE, valuesOf(endpoint, tenant));
    await query(RAISE_REVISION, [tenant]);
    return 'replaced';
  });
  // Also when it was enabled before: the one who did so may have been interrupted.
  if (answer === 'replaced' && endpoint.enabled) await freePaused(database, endpoint.id, now);
  return answer;
}

/** See `Registry.deleteEndpoint`. */
export async function deleteEndpoint(
  database: Database,
  tenantId: TenantId,
  id: EndpointId,
  at: WallMs,
): Promise<boolean> {
  const deleted = await database.transaction(async (query) => {
    const tenant = await lockTenant(query, tenantId);
    if (tenant === undefined) return false;
    if ((await query(DELETE, [id, tenant, at])).length === 0) return false;
    await query(RAISE_REVISION, [tenant]);
    return true;
  });
  if (deleted) await cancelEndpoint(database, id, at);
  return deleted;
}

/** See `Registry.endpoint`. */
export async function endpoint(
  database: Database,
  tenantId: TenantId,
  id: EndpointId,
): Promise<StoredEndpoint | undefined> {
  const [row] = await database.read<EndpointRow>(ONE, [tenantId, id]);
  return row === undefined ? undefined : endpointOf(tenantId, row);
}

/** See `Registry.endpoints`. */
export async function endpoints(
  database: Database,
  tenantId: TenantId,
  { limit, after }: Page<EndpointId>,
): Promise<StoredEndpoint[]> {
  const rows = await database.read<EndpointRow>(LIST, [tenantId, limit, after]);
  return rows.map((row) => endpointOf(tenantId, row));
}

/** See `Registry.catalog`. Deliveries wait for it, so it does not share the sessions that lists use. */
export async function catalog(database: Database, tenantId: TenantId): Promise<Catalog | undefined> {
  const rows = await database.work<(EndpointRow | { id: null }) & { revision: number }>(CATALOG, [tenantId]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const endpoints = rows.filter((row) => row.id !== null).map((row) => endpointOf(tenantId, row));
  return { revision: first.revision, endpoints };
}

async function lockTenant(query: Query, id: TenantId): Promise<number | undefined> {
  const [row] = await query<{ key: number }>(LOCK_TENANT, [id]);
  return row?.key;
}

function valuesOf(endpoint: StoredEndpoint, tenant: number): Value[] {
  return [
    endpoint.id,
    tenant,
    endpoint.url,
    endpoint.eventTypes === null ? null : textArray(endpoint.eventTypes),
    endpoint.description,
    plainArray(endpoint.scheduleMs),
    endpoint.connectTimeoutMs,
    endpoint.replyTimeoutMs,
    endpoint.enabled,
    endpoint.updatedAt,
    endpoint.sealed,
    endpoint.version,
  ];
}

function endpointOf(tenantId: TenantId, row: EndpointRow): StoredEndpoint {
  return {
    id: row.id,
    tenantId,
    url: row.url,
    eventTypes: row.event_types,
    description: row.description,
    scheduleMs: row.schedule_ms,
    connectTimeoutMs: row.connect_timeout_ms,
    replyTimeoutMs: row.reply_timeout_ms,
    enabled: row.enabled,
    createdAt: wall(row.created_at),
    updatedAt: wall(row.updated_at),
    sealed: row.sealed,
    version: row.version,
  };
}
