// Endpoints: every change raises the revision of the tenant's catalog in the same transaction, under the lock of the
// tenant's row, so that no event is stored with deliveries that were matched against something else.
import type { ChangedBy, EndpointState } from '../../domain/endpoint/endpoint.ts';
import type { EndpointId, EndpointUid, TenantId } from '../../domain/ids.ts';
import { type SteadyMs, type WallMs, wall } from '../../domain/time.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import type { Catalog, Page, Registry, StoredEndpoint } from '../../seams/store/registry.ts';
import type { Database, Query, Statement } from './connection.ts';
import { addVersion, markReplaced, removeVersions } from './endpoint-versions.ts';
import { once } from './idempotency.ts';
import { cancelEndpoint, freePaused } from './sweep.ts';

const COLUMNS = `
endpoint.id, endpoint.uid, endpoint.state, endpoint.version, endpoint.host, endpoint.url_key, endpoint.created_at,
endpoint.updated_at, version.codec, version.settings, version.sealed, version.changed_by`;

/** The version in force. Served by the primary key. */
const IN_FORCE = `
posthorn.endpoint_version as version on version.endpoint_id = endpoint.id and version.number = endpoint.version`;

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
insert into posthorn.endpoint (id, tenant, uid, state, version, host, url_key, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
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
set version = $3, host = $4, url_key = $5, updated_at = $6
where id = $1 and tenant = $2
`,
};

const SET_STATE: Statement = {
  text: `
update posthorn.endpoint
set state = $3, updated_at = $4
where id = $1 and tenant = $2 and deleted_at is null
returning id
`,
};

const DELETE: Statement = {
  text: `
update posthorn.endpoint
set deleted_at = $3, host = '', url_key = ''
where id = $1 and tenant = $2 and deleted_at is null
returning id
`,
};

const ONE: Statement = {
  text: `
select ${COLUMNS}
from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key join ${IN_FORCE}
where tenant.id = $1 and tenant.deleted_at is null and endpoint.id = $2 and endpoint.deleted_at is null
`,
};

const LIST: Statement = {
  text: `
select ${COLUMNS}
from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key join ${IN_FORCE}
where tenant.id = $1 and tenant.deleted_at is null and endpoint.deleted_at is null
  and ($3::uuid is null or endpoint.id < $3)
order by endpoint.id desc
limit $2
`,
};

/** Served by endpoint_url. */
const LIST_OF_URL: Statement = {
  text: `
select ${COLUMNS}
from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key join ${IN_FORCE}
where tenant.id = $1 and tenant.deleted_at is null and endpoint.deleted_at is null and endpoint.url_key = $4
  and ($3::uuid is null or endpoint.id < $3)
order by endpoint.id desc
limit $2
`,
};

/** Served by endpoint_uid. */
const BY_UID: Statement = {
  text: `
select endpoint.id
from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key
where tenant.id = $1 and tenant.deleted_at is null and endpoint.uid = $2 and endpoint.deleted_at is null
`,
};

const UID_TAKEN: Statement = {
  text: 'select from posthorn.endpoint where tenant = $1 and uid = $2 and deleted_at is null',
};

/** One row without an endpoint for a tenant that has none. */
const CATALOG: Statement = {
  text: `
select tenant.revision, ${COLUMNS}
from posthorn.tenant
left join posthorn.endpoint on endpoint.tenant = tenant.key and endpoint.deleted_at is null
left join ${IN_FORCE}
where tenant.id = $1 and tenant.deleted_at is null
order by endpoint.key
`,
};

interface EndpointRow {
  readonly id: EndpointId;
  readonly uid: EndpointUid | null;
  readonly state: EndpointState;
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

/** See `Registry.createEndpoint`. */
export function createEndpoint(
  database: Database,
  endpoint: StoredEndpoint,
  max: number,
  claim?: ClaimedKey,
): ReturnType<Registry['createEndpoint']> {
  return database.transaction((query) => once(query, claim, () => create(query, endpoint, max)));
}

async function create(query: Query, endpoint: StoredEndpoint, max: number): ReturnType<Registry['createEndpoint']> {
  const tenant = await lockTenant(query, endpoint.tenantId);
  if (tenant === undefined) return 'unknown_tenant';
  if ((await query(EXISTS, [endpoint.id, tenant])).length > 0) return 'created';
  const { id, uid, state, version, host, urlKey, createdAt, updatedAt } = endpoint;
  // The tenant's row is locked: nobody else can take it meanwhile.
  if (uid !== null && (await query(UID_TAKEN, [tenant, uid])).length > 0) return 'uid_taken';
  const [count] = await query<{ live: number }>(COUNT, [tenant]);
  if ((count?.live ?? 0) >= max) return 'too_many';
  await query(INSERT, [id, tenant, uid, state, version, host, urlKey, createdAt, updatedAt]);
  await addVersion(query, endpoint);
  await query(RAISE_REVISION, [tenant]);
  return 'created';
}

/** See `Registry.replaceEndpoint`. */
export function replaceEndpoint(
  database: Database,
  endpoint: StoredEndpoint,
): Promise<'replaced' | 'missing' | 'changed'> {
  return database.transaction(async (query) => {
    const { id, version, host, urlKey, updatedAt } = endpoint;
    const tenant = await lockTenant(query, endpoint.tenantId);
    if (tenant === undefined) return 'missing';
    const [stored] = await query<{ version: number }>(LOCK_ENDPOINT, [id, tenant]);
    if (stored === undefined) return 'missing';
    if (stored.version !== version - 1) return 'changed';
    await markReplaced(query, id, stored.version, updatedAt);
    await addVersion(query, endpoint);
    await query(REPLACE, [id, tenant, version, host, urlKey, updatedAt]);
    await query(RAISE_REVISION, [tenant]);
    return 'replaced';
  });
}

/** See `Registry.setEndpointState`. */
export async function setEndpointState(
  database: Database,
  tenantId: TenantId,
  id: EndpointId,
  state: EndpointState,
  now: SteadyMs,
  at: WallMs,
  claim?: ClaimedKey,
): Promise<StoredEndpoint | undefined> {
  const changed = await database.transaction(async (query) => {
    await once(query, claim, async () => {
      const tenant = await lockTenant(query, tenantId);
      if (tenant === undefined) return 'missing';
      if ((await query(SET_STATE, [id, tenant, state, at])).length === 0) return 'missing';
      await query(RAISE_REVISION, [tenant]);
      return 'set';
    });
    const [row] = await query<EndpointRow>(ONE, [tenantId, id]);
    return row;
  });
  if (changed === undefined) return undefined;
  if (state === 'active') await freePaused(database, id, now);
  return endpointOf(tenantId, changed);
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
    await removeVersions(query, id);
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

/** See `Registry.endpointByUid`. */
export async function endpointByUid(
  database: Database,
  tenantId: TenantId,
  uid: EndpointUid,
): Promise<EndpointId | undefined> {
  const [row] = await database.read<{ id: EndpointId }>(BY_UID, [tenantId, uid]);
  return row?.id;
}

/** See `Registry.endpoints`. */
export async function endpoints(
  database: Database,
  tenantId: TenantId,
  { limit, after }: Page<EndpointId>,
  urlKey: Uint8Array | null,
): Promise<StoredEndpoint[]> {
  const rows =
    urlKey === null
      ? await database.read<EndpointRow>(LIST, [tenantId, limit, after])
      : await database.read<EndpointRow>(LIST_OF_URL, [tenantId, limit, after, urlKey]);
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

function endpointOf(tenantId: TenantId, row: EndpointRow): StoredEndpoint {
  const { id, uid, state, version, host, codec, settings, sealed } = row;
  return {
    id,
    tenantId,
    uid,
    state,
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
