// Endpoints and the catalogs made of them. A deleted one keeps its row, without its secrets, for the history that names it;
// see tombstones.
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import { type SteadyMs, type WallMs, wall } from '../../domain/time.ts';
import type { Catalog, Page, Registry, StoredEndpoint } from '../../seams/store/registry.ts';
import type { Connection } from './connection.ts';
import { cancelPlan, planToCancel, planToFree } from './sweep.ts';
import { revise } from './tenants.ts';
import { ABOVE_ALL_IDS, idBytes, readId } from './uuid.ts';

const COLUMNS = `key, id, url, event_types, description, schedule_ms, connect_timeout_ms, reply_timeout_ms, enabled,
  created_at, updated_at, sealed, version`;
const SETTINGS = `url, event_types, description, schedule_ms, connect_timeout_ms, reply_timeout_ms, enabled,
  created_at, updated_at, sealed, version`;
// index: endpoint.id
const ENDPOINT = `select ${COLUMNS} from endpoint where id = ? and tenant = ? and deleted_at is null`;
// index: endpoint_live, for the rest
const ENDPOINTS = `
  select ${COLUMNS} from endpoint where tenant = ? and deleted_at is null and id < ? order by id desc limit ?`;
const CATALOG = `select ${COLUMNS} from endpoint where tenant = ? and deleted_at is null order by key`;
const COUNT = `select count(*) as count from endpoint where tenant = ? and deleted_at is null`;
const INSERT = `insert into endpoint (id, tenant, ${SETTINGS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const REPLACE = `update endpoint set (${SETTINGS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) where key = ?`;
const DELETE = `update endpoint set deleted_at = ?, sealed = x'', url = '' where key = ?`;

interface EndpointRow {
  readonly key: number;
  readonly id: Uint8Array;
  readonly url: string;
  readonly event_types: string | null;
  readonly description: string;
  readonly schedule_ms: string;
  readonly connect_timeout_ms: number;
  readonly reply_timeout_ms: number;
  readonly enabled: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly sealed: Uint8Array;
  readonly version: number;
}

/** See `Registry.createEndpoint`. */
export function createEndpoint(
  db: Connection,
  created: StoredEndpoint,
  max: number,
): Awaited<ReturnType<Registry['createEndpoint']>> {
  const tenant = db.names.tenant(created.tenantId)?.key;
  if (tenant === undefined) return 'unknown_tenant';
  if (db.get(ENDPOINT, idBytes(created.id), tenant) !== undefined) return 'created';
  const count = db.get<{ count: number }>(COUNT, tenant)?.count ?? 0;
  if (count >= max) return 'too_many';
  db.run(INSERT, idBytes(created.id), tenant, ...settings(created));
  revise(db, tenant);
  return 'created';
}

/** See `Registry.endpoint`. */
export function endpoint(db: Connection, tenantId: TenantId, id: EndpointId): StoredEndpoint | undefined {
  const row = find(db, tenantId, id);
  return row === undefined ? undefined : read(tenantId, row);
}

/** See `Registry.endpoints`. */
export function endpoints(db: Connection, tenantId: TenantId, page: Page<EndpointId>): StoredEndpoint[] {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return [];
  const after = page.after === null ? ABOVE_ALL_IDS : idBytes(page.after);
  return db.all<EndpointRow>(ENDPOINTS, tenant, after, page.limit).map((row) => read(tenantId, row));
}

/** See `Registry.catalog`. */
export function catalog(db: Connection, tenantId: TenantId): Catalog | undefined {
  const tenant = db.names.tenant(tenantId);
  if (tenant === undefined) return undefined;
  const rows = db.all<EndpointRow>(CATALOG, tenant.key);
  return { revision: tenant.revision, endpoints: rows.map((row) => read(tenantId, row)) };
}

/** See `Registry.replaceEndpoint`. */
export function replaceEndpoint(
  db: Connection,
  replacement: StoredEndpoint,
  now: SteadyMs,
): Awaited<ReturnType<Registry['replaceEndpoint']>> {
  const { tenantId, id, version, enabled } = replacement;
  const tenant = db.names.tenant(tenantId)?.key;
  const current = find(db, tenantId, id);
  if (tenant === undefined || current === undefined) return 'missing';
  if (current.version !== version - 1) return 'changed';
  db.run(REPLACE, ...settings(replacement), current.key);
  if (enabled && current.enabled === 0) planToFree(db, current.key, now);
  if (!enabled) cancelPlan(db, current.key);
  revise(db, tenant);
  return 'replaced';
}

/** See `Registry.deleteEndpoint`. */
export function deleteEndpoint(db: Connection, tenantId: TenantId, id: EndpointId, at: WallMs): boolean {
  const tenant = db.names.tenant(tenantId)?.key;
  const current = find(db, tenantId, id);
  if (tenant === undefined || current === undefined) return false;
  db.run(DELETE, at, current.key);
  planToCancel(db, current.key, at);
  revise(db, tenant);
  return true;
}

function find(db: Connection, tenantId: TenantId, id: EndpointId): EndpointRow | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  return tenant === undefined ? undefined : db.get<EndpointRow>(ENDPOINT, idBytes(id), tenant);
}

/** The values of `SETTINGS`. */
function settings(from: StoredEndpoint) {
  return [
    from.url,
    from.eventTypes === null ? null : JSON.stringify(from.eventTypes),
    from.description,
    JSON.stringify(from.scheduleMs),
    from.connectTimeoutMs,
    from.replyTimeoutMs,
    from.enabled ? 1 : 0,
    from.createdAt,
    from.updatedAt,
    from.sealed,
    from.version,
  ] as const;
}

function read(tenantId: TenantId, row: EndpointRow): StoredEndpoint {
  return {
    id: readId<EndpointId>(row.id),
    tenantId,
    url: row.url,
    eventTypes: row.event_types === null ? null : (JSON.parse(row.event_types) as string[]),
    description: row.description,
    scheduleMs: JSON.parse(row.schedule_ms) as number[],
    connectTimeoutMs: row.connect_timeout_ms,
    replyTimeoutMs: row.reply_timeout_ms,
    enabled: row.enabled === 1,
    createdAt: wall(row.created_at),
    updatedAt: wall(row.updated_at),
    sealed: row.sealed,
    version: row.version,
  };
}
