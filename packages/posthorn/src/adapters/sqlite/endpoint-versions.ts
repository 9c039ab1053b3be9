// Versions of endpoints: documents that nothing here can read.
import { unnamedBefore } from '../../domain/call.ts';
import type { DocumentPlace } from '../../domain/endpoint/documents.ts';
import type { ChangedBy } from '../../domain/endpoint/endpoint.ts';
import type { DeliveryId, EndpointId, TenantId } from '../../domain/ids.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type {
  EndpointVersion,
  Page,
  PlacedVersion,
  RewrittenVersion,
  StoredEndpoint,
} from '../../seams/store/registry.ts';
import type { Connection } from './connection.ts';
import { idBytes, readId } from './uuid.ts';

const INSERT = `
  insert into endpoint_version (endpoint, number, codec, settings, sealed, changed_at, changed_by)
  values (?, ?, ?, ?, ?, ?, ?)`;
const MARK_REPLACED = `update endpoint_version set replaced_at = ? where endpoint = ? and number = ?`;
const REMOVE = `delete from endpoint_version where endpoint = ?`;
const REMOVE_OF_TENANT = `
  delete from endpoint_version where endpoint in (select key from endpoint where tenant = ? and deleted_at is null)`;
// index: the primary key
const VERSIONS = `
  select number, codec, settings, sealed, changed_at, changed_by from endpoint_version
  where endpoint = ?1 and (?2 is null or number in (select value from json_each(?2))) order by number`;
// index: endpoint_version_codec
export const OUTDATED = `
  select endpoint.id, endpoint.tenant, number, codec, settings, sealed
  from endpoint_version indexed by endpoint_version_codec join endpoint on endpoint.key = endpoint_version.endpoint
  where codec < ? and (endpoint_version.endpoint, number) > (?, ?) order by endpoint_version.endpoint, number limit ?`;
const REWRITE = `update endpoint_version set codec = ?, settings = ?, sealed = ? where endpoint = ? and number = ?`;
const REWRITE_URL = `update endpoint set host = ?, url_key = ? where key = ? and version = ?`;

// index: the primary key
const OLDEST_WITH_ATTEMPTS = `select delivery from attempt order by delivery limit 1`;
// index: endpoint_version_replaced
export const PRUNE = `
  delete from endpoint_version where (endpoint, number) in (
    select endpoint, number from endpoint_version where replaced_at < ? order by replaced_at limit ?
  )`;

interface VersionRow {
  readonly number: number;
  readonly codec: number;
  readonly settings: Uint8Array;
  readonly sealed: Uint8Array;
  readonly changed_at: number;
  readonly changed_by: ChangedBy;
}

interface PlacedRow extends VersionRow {
  readonly id: Uint8Array;
  readonly tenant: number;
}

/** Adds the version that the endpoint brings. */
export function addVersion(db: Connection, endpoint: number, added: StoredEndpoint): void {
  const { version, codec, settings, sealed, updatedAt, changedBy } = added;
  db.run(INSERT, endpoint, version, codec, settings, sealed, updatedAt, changedBy);
}

/** Another version has taken the place of this one. */
export function markReplaced(db: Connection, endpoint: number, number: number, at: number): void {
  db.run(MARK_REPLACED, at, endpoint, number);
}

export function removeVersions(db: Connection, endpoint: number): void {
  db.run(REMOVE, endpoint);
}

/** The same for all endpoints of a tenant; to be called before they are deleted. */
export function removeVersionsOfTenant(db: Connection, tenant: number): void {
  db.run(REMOVE_OF_TENANT, tenant);
}

/** See `Registry.endpointVersions`. */
export function endpointVersions(
  db: Connection,
  tenantId: TenantId,
  id: EndpointId,
  numbers: readonly number[] | null,
): EndpointVersion[] {
  const endpoint = endpointKey(db, tenantId, id);
  if (endpoint === undefined) return [];
  const rows = db.all<VersionRow>(VERSIONS, endpoint, numbers === null ? null : JSON.stringify(numbers));
  return rows.map(({ number, codec, settings, sealed, changed_at, changed_by }) => ({
    number,
    codec,
    settings,
    sealed,
    changedAt: wall(changed_at),
    changedBy: changed_by,
  }));
}

/** See `Registry.outdatedVersions`. */
export function outdatedVersions(
  db: Connection,
  codec: number,
  { limit, after }: Page<DocumentPlace>,
): PlacedVersion[] {
  const behind = after === null ? undefined : db.names.endpointKey(after.endpointId);
  const rows = db.all<PlacedRow>(OUTDATED, codec, behind ?? 0, after?.version ?? 0, limit);
  return rows.map((row) => ({
    tenantId: db.names.tenantName(row.tenant).id,
    endpointId: readId<EndpointId>(row.id),
    version: row.number,
    codec: row.codec,
    settings: row.settings,
    sealed: row.sealed,
  }));
}

/** See `Registry.rewriteVersions`. */
export function rewriteVersions(db: Connection, versions: readonly RewrittenVersion[]): void {
  for (const { tenantId, endpointId, version, codec, settings, sealed, host, urlKey } of versions) {
    const endpoint = endpointKey(db, tenantId, endpointId);
    if (endpoint === undefined) continue;
    if (db.run(REWRITE, codec, settings, sealed, endpoint, version) === 0) continue;
    db.run(REWRITE_URL, host, urlKey, endpoint, version);
  }
}

/** See `Registry.pruneVersions`. */
export function pruneVersions(db: Connection, before: WallMs, limit: number): number {
  const oldest = db.get<{ delivery: Uint8Array }>(OLDEST_WITH_ATTEMPTS)?.delivery;
  return db.run(PRUNE, unnamedBefore(before, oldest && readId<DeliveryId>(oldest)), limit);
}

// index: endpoint.id
const LIVE = `select key from endpoint where id = ? and tenant = ? and deleted_at is null`;

function endpointKey(db: Connection, tenantId: TenantId, id: EndpointId): number | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  return tenant === undefined ? undefined : db.get<{ key: number }>(LIVE, idBytes(id), tenant)?.key;
}
