// Endpoints and the catalogs made of them. A deleted one keeps its row, without its versions, for the history that names it;
// see tombstones.
import type { ChangedBy, EndpointState } from '../../domain/endpoint/endpoint.ts';
import type { EndpointId, EndpointUid, TenantId } from '../../domain/ids.ts';
import { type SteadyMs, type WallMs, wall } from '../../domain/time.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import type { Catalog, Page, Registry, StoredEndpoint } from '../../seams/store/registry.ts';
import { ENDPOINT_STATE, endpointStateOf } from './codes.ts';
import type { Connection } from './connection.ts';
import { addVersion, markReplaced, removeVersions } from './endpoint-versions.ts';
import { once } from './idempotency.ts';
import { cancelPlan, planToCancel, planToFree } from './sweep.ts';
import { revise } from './tenants.ts';
import { ABOVE_ALL_IDS, idBytes, readId } from './uuid.ts';

// index: the primary key of endpoint_version, for the version in force
const SELECT = `
  select key, id, uid, state, version, host, url_key, created_at, updated_at, codec, settings, sealed, changed_by
  from endpoint join endpoint_version on endpoint_version.endpoint = key and number = version`;
// index: endpoint.id
const ENDPOINT = `${SELECT} where id = ? and tenant = ? and deleted_at is null`;
// index: endpoint_live, for the rest
const ENDPOINTS = `${SELECT} where tenant = ? and deleted_at is null and id < ? order by id desc limit ?`;
// index: endpoint_by_url
const ENDPOINTS_OF_URL = `
  ${SELECT} where tenant = ? and url_key = ? and deleted_at is null and id < ? order by id desc limit ?`;
// index: endpoint_by_uid
const BY_UID = `select id from endpoint where tenant = ? and uid = ? and deleted_at is null`;
const CATALOG = `${SELECT} where tenant = ? and deleted_at is null order by key`;
const COUNT = `select count(*) as count from endpoint where tenant = ? and deleted_at is null`;
const INSERT = `
  insert into endpoint (id, tenant, uid, state, version, host, url_key, created_at, updated_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const REPLACE = `update endpoint set version = ?, host = ?, url_key = ?, updated_at = ? where key = ?`;
const SET_STATE = `update endpoint set state = ?, updated_at = ? where key = ?`;
const DELETE = `update endpoint set deleted_at = ?, host = '', url_key = x'' where key = ?`;

interface EndpointRow {
  readonly key: number;
  readonly id: Uint8Array;
  readonly uid: EndpointUid | null;
  readonly state: number;
  readonly version: number;
  readonly host: string;
  readonly url_key: Uint8Array;
  readonly created_at: number;
  readonly updated_at: number;
  readonly codec: number;
  readonly settings: Uint8Array;
  readonly sealed: Uint8Array;
  readonly changed_by: ChangedBy;
}

type Created = Awaited<ReturnType<Registry['createEndpoint']>>;

/** See `Registry.createEndpoint`. */
export function createEndpoint(db: Connection, created: StoredEndpoint, max: number, claim?: ClaimedKey): Created {
  return once(db, claim, () => create(db, created, max));
}

function create(db: Connection, created: StoredEndpoint, max: number): Created {
  const { id, uid, state, version, host, urlKey, createdAt, updatedAt } = created;
  const tenant = db.names.tenant(created.tenantId)?.key;
  if (tenant === undefined) return 'unknown_tenant';
  if (db.get(ENDPOINT, idBytes(id), tenant) !== undefined) return 'created';
  if (uid !== null && db.get(BY_UID, tenant, uid) !== undefined) return 'uid_taken';
  const count = db.get<{ count: number }>(COUNT, tenant)?.count ?? 0;
  if (count >= max) return 'too_many';
  const values = [uid, ENDPOINT_STATE[state], version, host, urlKey, createdAt, updatedAt] as const;
  const key = db.insert(INSERT, idBytes(id), tenant, ...values);
  if (key === undefined) throw new Error(`endpoint ${id} was not stored`);
  addVersion(db, key, created);
  revise(db, tenant);
  return 'created';
}

/** See `Registry.endpoint`. */
export function endpoint(db: Connection, tenantId: TenantId, id: EndpointId): StoredEndpoint | undefined {
  const row = find(db, tenantId, id);
  return row === undefined ? undefined : read(tenantId, row);
}

/** See `Registry.endpointByUid`. */
export function endpointByUid(db: Connection, tenantId: TenantId, uid: EndpointUid): EndpointId | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  const row = tenant === undefined ? undefined : db.get<{ id: Uint8Array }>(BY_UID, tenant, uid);
  return row === undefined ? undefined : readId<EndpointId>(row.id);
}

/** See `Registry.endpoints`. */
export function endpoints(
  db: Connection,
  tenantId: TenantId,
  page: Page<EndpointId>,
  urlKey: Uint8Array | null,
): StoredEndpoint[] {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return [];
  const after = page.after === null ? ABOVE_ALL_IDS : idBytes(page.after);
  const rows =
    urlKey === null
      ? db.all<EndpointRow>(ENDPOINTS, tenant, after, page.limit)
      : db.all<EndpointRow>(ENDPOINTS_OF_URL, tenant, urlKey, after, page.limit);
  return rows.map((row) => read(tenantId, row));
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
): Awaited<ReturnType<Registry['replaceEndpoint']>> {
  const { tenantId, id, version, host, urlKey, updatedAt } = replacement;
  const tenant = db.names.tenant(tenantId)?.key;
  const current = find(db, tenantId, id);
  if (tenant === undefined || current === undefined) return 'missing';
  if (current.version !== version - 1) return 'changed';
  markReplaced(db, current.key, current.version, updatedAt);
  addVersion(db, current.key, replacement);
  db.run(REPLACE, version, host, urlKey, updatedAt, current.key);
  revise(db, tenant);
  return 'replaced';
}

/** See `Registry.setEndpointState`. */
export function setEndpointState(
  db: Connection,
  tenantId: TenantId,
  id: EndpointId,
  state: EndpointState,
  now: SteadyMs,
  at: WallMs,
  claim?: ClaimedKey,
): StoredEndpoint | undefined {
  once(db, claim, () => {
    const tenant = db.names.tenant(tenantId)?.key;
    const current = find(db, tenantId, id);
    if (tenant === undefined || current === undefined) return 'missing';
    db.run(SET_STATE, ENDPOINT_STATE[state], at, current.key);
    if (state === 'active') planToFree(db, current.key, now);
    else cancelPlan(db, current.key);
    revise(db, tenant);
    return 'set';
  });
  return endpoint(db, tenantId, id);
}

/** See `Registry.deleteEndpoint`. */
export function deleteEndpoint(db: Connection, tenantId: TenantId, id: EndpointId, at: WallMs): boolean {
  const tenant = db.names.tenant(tenantId)?.key;
  const current = find(db, tenantId, id);
  if (tenant === undefined || current === undefined) return false;
  db.run(DELETE, at, current.key);
  removeVersions(db, current.key);
  planToCancel(db, current.key, at);
  revise(db, tenant);
  return true;
}

function find(db: Connection, tenantId: TenantId, id: EndpointId): EndpointRow | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  return tenant === undefined ? undefined : db.get<EndpointRow>(ENDPOINT, idBytes(id), tenant);
}

function read(tenantId: TenantId, row: EndpointRow): StoredEndpoint {
  const { uid, version, host, codec, settings, sealed } = row;
  return {
    id: readId<EndpointId>(row.id),
    tenantId,
    uid,
    state: endpointStateOf(row.state),
    version,
    host,
    urlKey: row.url_key,
    createdAt: wall(row.created_at),
    updatedAt: wall(row.updated_at),
    codec,
    settings,
    sealed,
    changedBy: row.changed_by,
  };
}
