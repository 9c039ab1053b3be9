// Tenants: created, renamed, listed, deleted. A deleted one stays as a tombstone until its history is pruned.
import type { TenantId } from '../../domain/ids.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { Page, Tenant } from '../../seams/store/registry.ts';
import type { Connection } from './connection.ts';
import { removeVersionsOfTenant } from './endpoint-versions.ts';
import { planToCancelAll } from './sweep.ts';

const COLUMNS = 'id, name, retention_days, created_at, updated_at';
// index: tenant_live, for all of these
const TENANT = `select ${COLUMNS} from tenant where id = ? and deleted_at is null`;
const TENANTS = `select ${COLUMNS} from tenant where deleted_at is null and id > ? order by id limit ?`;
const TENANTS_FOUND = `
  select ${COLUMNS} from tenant
  where deleted_at is null and id > ? and (instr(lower(id), lower(?3)) > 0 or instr(lower(name), lower(?3)) > 0)
  order by id limit ?2`;
// index: tenant_retention
export const TENANTS_WITH_RETENTION = `
  select ${COLUMNS} from tenant
  where retention_days is not null and deleted_at is null and id > ? order by id limit ?`;
const INSERT = `
  insert into tenant (id, name, retention_days, created_at, updated_at, revision) values (?1, ?2, ?4, ?3, ?3, ?5)`;
const CHANGE = `
  update tenant set name = coalesce(?2, name), retention_days = iif(?5, ?4, retention_days), updated_at = ?3
  where id = ?1 and deleted_at is null`;
const REVISE = `update tenant set revision = ? where key = ?`;
const DELETE = `update tenant set deleted_at = ?, revision = ? where key = ?`;
const DELETE_ENDPOINTS = `update endpoint set deleted_at = ?, host = '', url_key = x'' where tenant = ? and deleted_at is null`;

const NEXT_REVISION = `update counter set value = value + 1 where name = 'revision' returning value`;

interface TenantRow {
  readonly id: TenantId;
  readonly name: string;
  readonly retention_days: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** See `Registry.putTenant`. */
export function putTenant(
  db: Connection,
  id: TenantId,
  name: string | undefined,
  at: WallMs,
  retentionDays?: number | null,
): { tenant: Tenant; created: boolean } {
  const created = db.names.tenant(id) === undefined;
  const setsRetention = retentionDays !== undefined;
  if (created) db.run(INSERT, id, name ?? id, at, retentionDays ?? null, nextRevision(db));
  else if (name !== undefined || setsRetention) {
    db.run(CHANGE, id, name ?? null, at, retentionDays ?? null, setsRetention ? 1 : 0);
  }
  const stored = tenant(db, id);
  if (stored === undefined) throw new Error(`tenant ${id} was not stored`);
  return { tenant: stored, created };
}

/** See `Registry.tenant`. */
export function tenant(db: Connection, id: TenantId): Tenant | undefined {
  const row = db.get<TenantRow>(TENANT, id);
  return row === undefined ? undefined : readTenant(row);
}

/** See `Registry.tenants`. */
export function tenants(db: Connection, { after, limit }: Page<TenantId>, search = ''): Tenant[] {
  const rows =
    search === ''
      ? db.all<TenantRow>(TENANTS, after ?? '', limit)
      : db.all<TenantRow>(TENANTS_FOUND, after ?? '', limit, search);
  return rows.map(readTenant);
}

/** See `Registry.tenantsWithRetention`. */
export function tenantsWithRetention(db: Connection, { after, limit }: Page<TenantId>): Tenant[] {
  return db.all<TenantRow>(TENANTS_WITH_RETENTION, after ?? '', limit).map(readTenant);
}

/** See `Registry.deleteTenant`. */
export function deleteTenant(db: Connection, id: TenantId, at: WallMs): boolean {
  const key = db.names.tenant(id)?.key;
  if (key === undefined) return false;
  db.run(DELETE, at, nextRevision(db), key);
  planToCancelAll(db, key, at);
  removeVersionsOfTenant(db, key);
  db.run(DELETE_ENDPOINTS, at, key);
  db.names.forget();
  return true;
}

/** Raises the revision of a tenant's catalog: every call that changes the catalog ends with it. */
export function revise(db: Connection, tenantKey: number): void {
  db.run(REVISE, nextRevision(db), tenantKey);
  db.names.forget();
}

/** A revision that no catalog has had. */
function nextRevision(db: Connection): number {
  const row = db.get<{ value: number }>(NEXT_REVISION);
  if (row === undefined) throw new Error('the counter of catalog revisions is missing');
  return row.value;
}

function readTenant(row: TenantRow): Tenant {
  return {
    id: row.id,
    name: row.name,
    retentionDays: row.retention_days,
    createdAt: wall(row.created_at),
    updatedAt: wall(row.updated_at),
  };
}
