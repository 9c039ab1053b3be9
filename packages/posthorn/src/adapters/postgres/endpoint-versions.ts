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
import type { Database, Query, Statement } from './connection.ts';
import { NIL, plainArray } from './sql-values.ts';

const INSERT: Statement = {
  text: `
insert into posthorn.endpoint_version (endpoint_id, number, codec, settings, sealed, changed_at, changed_by)
values ($1, $2, $3, $4, $5, $6, $7)
`,
};

const MARK_REPLACED: Statement = {
  text: 'update posthorn.endpoint_version set replaced_at = $3 where endpoint_id = $1 and number = $2',
};

const REMOVE: Statement = { text: 'delete from posthorn.endpoint_version where endpoint_id = $1' };

const REMOVE_OF_TENANT: Statement = {
  text: `
delete from posthorn.endpoint_version
using posthorn.endpoint
where endpoint.tenant = $1 and endpoint_version.endpoint_id = endpoint.id
`,
};

/** Served by the primary key. */
const VERSIONS: Statement = {
  text: `
select version.number, version.codec, version.settings, version.sealed, version.changed_at, version.changed_by
from posthorn.tenant
join posthorn.endpoint on endpoint.tenant = tenant.key
join posthorn.endpoint_version as version on version.endpoint_id = endpoint.id
where tenant.id = $1 and tenant.deleted_at is null and endpoint.id = $2 and endpoint.deleted_at is null
  and ($3::int[] is null or version.number = any ($3::int[]))
order by version.number
`,
};

/** Served by endpoint_version_codec. */
const OUTDATED: Statement = {
  text: `
select tenant.id as tenant_id, version.endpoint_id, version.number, version.codec, version.settings, version.sealed
from posthorn.endpoint_version as version
join posthorn.endpoint on endpoint.id = version.endpoint_id
join posthorn.tenant on tenant.key = endpoint.tenant
where version.codec < $1 and (version.endpoint_id, version.number) > ($2::uuid, $3)
order by version.endpoint_id, version.number
limit $4
`,
};

const REWRITE: Statement = {
  text: `
update posthorn.endpoint_version
set codec = $3, settings = $4, sealed = $5
where endpoint_id = $1 and number = $2
`,
};

const REWRITE_URL: Statement = {
  text: 'update posthorn.endpoint set host = $3, url_key = $4 where id = $1 and version = $2 and deleted_at is null',
};

/** Served by the primary key. */
const OLDEST_WITH_ATTEMPTS: Statement = {
  text: 'select delivery_id from posthorn.attempt order by delivery_id limit 1',
};

/** Served by endpoint_version_replaced. */
const PRUNE: Statement = {
  text: `
with old as materialized (
  select endpoint_id, number
  from posthorn.endpoint_version
  where replaced_at < $1
  order by replaced_at
  limit $2
),
gone as (
  delete from posthorn.endpoint_version as version
  using old
  where version.endpoint_id = old.endpoint_id and version.number = old.number
  returning version.number
)
select count(*)::int as removed from gone
`,
};

interface DocumentsRow {
  readonly number: number;
  readonly codec: number;
  readonly settings: Uint8Array;
  readonly sealed: Uint8Array;
}

interface VersionRow extends DocumentsRow {
  readonly changed_at: number;
  readonly changed_by: ChangedBy;
}

interface PlacedRow extends DocumentsRow {
  readonly tenant_id: TenantId;
  readonly endpoint_id: EndpointId;
}

/** Adds the version that the endpoint brings. */
export async function addVersion(query: Query, added: StoredEndpoint): Promise<void> {
  const { id, version, codec, settings, sealed, updatedAt, changedBy } = added;
  await query(INSERT, [id, version, codec, settings, sealed, updatedAt, changedBy]);
}

/** Another version has taken the place of this one. */
export async function markReplaced(query: Query, id: EndpointId, number: number, at: WallMs): Promise<void> {
  await query(MARK_REPLACED, [id, number, at]);
}

export async function removeVersions(query: Query, id: EndpointId): Promise<void> {
  await query(REMOVE, [id]);
}

/** The same for all endpoints of a tenant. */
export async function removeVersionsOfTenant(query: Query, tenant: number): Promise<void> {
  await query(REMOVE_OF_TENANT, [tenant]);
}

/** See `Registry.endpointVersions`. */
export async function endpointVersions(
  database: Database,
  tenantId: TenantId,
  id: EndpointId,
  numbers: readonly number[] | null,
): Promise<EndpointVersion[]> {
  const wanted = numbers === null ? null : plainArray(numbers);
  const rows = await database.read<VersionRow>(VERSIONS, [tenantId, id, wanted]);
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
export async function outdatedVersions(
  database: Database,
  codec: number,
  { limit, after }: Page<DocumentPlace>,
): Promise<PlacedVersion[]> {
  const behind = [after?.endpointId ?? NIL, after?.version ?? 0];
  const rows = await database.work<PlacedRow>(OUTDATED, [codec, ...behind, limit]);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    endpointId: row.endpoint_id,
    version: row.number,
    codec: row.codec,
    settings: row.settings,
    sealed: row.sealed,
  }));
}

/** See `Registry.rewriteVersions`. A version that is gone has no row to update, and a deleted endpoint has no versions. */
export async function rewriteVersions(database: Database, versions: readonly RewrittenVersion[]): Promise<void> {
  await database.transaction(async (query) => {
    for (const { endpointId, version, codec, settings, sealed, host, urlKey } of versions) {
      await query(REWRITE, [endpointId, version, codec, settings, sealed]);
      await query(REWRITE_URL, [endpointId, version, host, urlKey]);
    }
  });
}

/** See `Registry.pruneVersions`. */
export async function pruneVersions(database: Database, before: WallMs, limit: number): Promise<number> {
  const [oldest] = await database.work<{ delivery_id: DeliveryId }>(OLDEST_WITH_ATTEMPTS, []);
  const replacedBefore = unnamedBefore(before, oldest?.delivery_id);
  const [row] = await database.work<{ removed: number }>(PRUNE, [replacedBefore, limit]);
  return row?.removed ?? 0;
}
