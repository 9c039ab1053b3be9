// The integer keys behind the ids of tenants, endpoints and owners, remembered: every row of the hot path names them. Safe
// because nobody else writes to the database; forgotten whenever one of them changes or a transaction is undone.
import type { EndpointId, OwnerId, TenantId } from '../../domain/ids.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { idBytes, readId } from './uuid.ts';

/** Names remembered per kind; past it they are read again. About 200 bytes each. */
const MAX_REMEMBERED = 50_000;

export interface TenantKey {
  readonly key: number;
  readonly revision: number;
}

interface TenantName extends TenantKey {
  readonly id: TenantId;
}

// index: tenant_live
const LIVE_TENANT = `select key, revision from tenant where id = ? and deleted_at is null`;
const TENANT_NAME = `select key, id, revision from tenant where key = ?`;
// index: endpoint.id
const ENDPOINT_KEY = `select key from endpoint where id = ?`;
const ENDPOINT_HOST = `select host from endpoint where key = ? and host <> ''`;
const ENDPOINT_ID = `select id from endpoint where key = ?`;
// index: owner.id
const OWNER_KEY = `select key from owner where id = ?`;

/** Reads one row: a connection does. */
interface RowReader {
  get<Row>(sql: string, value: string | number | Uint8Array): Row | undefined;
}

export class Names {
  readonly #rows: RowReader;
  readonly #tenants = new Map<TenantId, TenantKey>();
  readonly #tenantNames = new Map<number, TenantName>();
  readonly #endpointKeys = new Map<EndpointId, number>();
  readonly #endpointIds = new Map<number, EndpointId>();
  readonly #owners = new Map<OwnerId, number>();

  constructor(rows: RowReader) {
    this.#rows = rows;
  }

  /** The live tenant of this id. */
  tenant(id: TenantId): TenantKey | undefined {
    return remembered(this.#tenants, id, () => this.#rows.get<TenantKey>(LIVE_TENANT, id));
  }

  /** The tenant behind a key, deleted or not. */
  tenantName(key: number): TenantName {
    const name = remembered(this.#tenantNames, key, () => this.#rows.get<TenantName>(TENANT_NAME, key));
    if (name === undefined) throw new Error(`a row names tenant ${key}, which does not exist`);
    return name;
  }

  /** The endpoint of this id, deleted or not. */
  endpointKey(id: EndpointId): number | undefined {
    return remembered(this.#endpointKeys, id, () => this.#rows.get<{ key: number }>(ENDPOINT_KEY, idBytes(id))?.key);
  }

  /** The endpoint behind a key, deleted or not. */
  endpointId(key: number): EndpointId {
    const id = remembered(this.#endpointIds, key, () => {
      const row = this.#rows.get<{ id: Uint8Array }>(ENDPOINT_ID, key);
      return row === undefined ? undefined : readId<EndpointId>(row.id);
    });
    if (id === undefined) throw new Error(`a row names endpoint ${key}, which does not exist`);
    return id;
  }

  /** Host and port of an endpoint's URL; `null` once it was deleted. Not remembered: it may change. */
  endpointHost(key: number): string | null {
    return this.#rows.get<{ host: string }>(ENDPOINT_HOST, key)?.host ?? null;
  }

  /** A registered owner; `undefined` when it never joined, has left or was declared dead. */
  owner(id: OwnerId): number | undefined {
    return remembered(this.#owners, id, () => this.#rows.get<{ key: number }>(OWNER_KEY, idBytes(id))?.key);
  }

  /** @throws StoreUnavailable `unregistered` */
  registered(id: OwnerId): number {
    const key = this.owner(id);
    if (key !== undefined) return key;
    throw new StoreUnavailable(
      'unregistered',
      `Process ${id} is not registered with the database, or was declared dead: it must register again before it takes work.`,
    );
  }

  forget(): void {
    for (const names of [this.#tenants, this.#tenantNames, this.#endpointKeys, this.#endpointIds, this.#owners]) {
      names.clear();
    }
  }
}

function remembered<Key, Name>(names: Map<Key, Name>, key: Key, read: () => Name | undefined): Name | undefined {
  const known = names.get(key);
  if (known !== undefined) return known;
  const name = read();
  if (name === undefined) return undefined;
  if (names.size >= MAX_REMEMBERED) names.clear();
  names.set(key, name);
  return name;
}
