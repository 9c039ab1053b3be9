// Tenants: few rows, changed seldom. A change of a tenant's catalog locks the tenant's row; accepts share that lock.
import type { TenantId } from '../../domain/ids.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { Page, Tenant } from '../../seams/store/registry.ts';
import type { Database, Statement } from './connection.ts';
import { removeVersionsOfTenant } from './endpoint-versions.ts';
import { storable } from './sql-values.ts';
import { cancelTenant } from './sweep.ts';

const COLUMNS = 'id, name, retention_days, created_at, updated_at';

const PUT: Statement = {
  text: `
insert into posthorn.tenant as tenant (id, name, created_at, updated_at, retention_days)
values ($1, coalesce($2, $1), $3, $3, $4)
on conflict (id) where deleted_at is null do update
set name = coalesce($2, tenant.name),
  retention_days = case when $5 then $4 else tenant.retention_days end,
  updated_at = case when $2 is null and not $5 then tenant.updated_at else $3 end
returning ${COLUMNS}, xmax = 0 as created
`,
};

const ONE: Statement = {
  text: `select ${COLUMNS} from posthorn.tenant where id = $1 and deleted_at is null`,
};

const LIST: Statement = {
  text: `
select ${COLUMNS}
from posthorn.tenant
where deleted_at is null and ($2::text is null or id > $2::text collate "C") and (
  $3::text = '' or position(lower($3::text collate "C") in lower(id collate "C")) > 0
  or position(lower($3::text collate "C") in lower(name collate "C")) > 0
)
order by id
limit $1
`,
};

/** Served by tenant_retention. */
const WITH_RETENTION: Statement = {
  text: `
select ${COLUMNS}
from posthorn.tenant
where retention_days is not null and deleted_at is null and ($2::text is null or id > $2::text collate "C")
order by id
limit $1
`,
};

const DELETE: Statement = {
  text: `
update posthorn.tenant
set deleted_at = $2, revision = nextval('posthorn.catalog_revision')
where id = $1 and deleted_at is null
returning key
`,
};

const DELETE_ENDPOINTS: Statement = {
  text: `
update posthorn.endpoint
set deleted_at = $2, host = '', url_key = ''
where tenant = $1 and deleted_at is null
`,
};

interface TenantRow {
  readonly id: TenantId;
  readonly name: string;
  readonly retention_days: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** See `Registry.putTenant`. */
export async function putTenant(
  database: Database,
  id: TenantId,
  name: string | undefined,
  at: WallMs,
  retentionDays?: number | null,
): Promise<{ tenant: Tenant; created: boolean }> {
  const values = [id, name ?? null, at, retentionDays ?? null, retentionDays !== undefined];
  const [row] = await database.work<TenantRow & { created: boolean }>(PUT, values);
  if (row === undefined) throw new Error(`tenant ${id} was neither created nor found`);
  return { tenant: tenantOf(row), created: row.created };
}

/** See `Registry.tenant`. */
export async function tenant(database: Database, id: TenantId): Promise<Tenant | undefined> {
  const [row] = await database.read<TenantRow>(ONE, [id]);
  return row === undefined ? undefined : tenantOf(row);
}

/** See `Registry.tenants`. */
export async function tenants(database: Database, { limit, after }: Page<TenantId>, search = ''): Promise<Tenant[]> {
  return (await database.read<TenantRow>(LIST, [limit, after, storable(search)])).map(tenantOf);
}

/** See `Registry.tenantsWithRetention`. */
export async function tenantsWithRetention(database: Database, { limit, after }: Page<TenantId>): Promise<Tenant[]> {
  return (await database.read<TenantRow>(WITH_RETENTION, [limit, after])).map(tenantOf);
}

/** See `Registry.deleteTenant`. */
export async function deleteTenant(database: Database, id: TenantId, at: WallMs): Promise<boolean> {
  const key = await database.transaction(async (query) => {
    const [row] = await query<{ key: number }>(DELETE, [id, at]);
    if (row === undefined) return undefined;
    await removeVersionsOfTenant(query, row.key);
    await query(DELETE_ENDPOINTS, [row.key, at]);
    return row.key;
  });
  if (key === undefined) return false;
  await cancelTenant(database, key, at);
  return true;
}

function tenantOf({ id, name, retention_days, created_at, updated_at }: TenantRow): Tenant {
  return { id, name, retentionDays: retention_days, createdAt: wall(created_at), updatedAt: wall(updated_at) };
}
