// The store's first part: who may send and where to. Small, read often, changed seldom.
import type { Endpoint } from '../../domain/endpoint.ts';
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import type { SteadyMs, WallMs } from '../../domain/time.ts';

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly createdAt: WallMs;
  readonly updatedAt: WallMs;
}

/** An endpoint as it is stored: its secrets and headers are ciphertext that only the engine can open. */
export interface StoredEndpoint extends Endpoint {
  readonly sealed: Uint8Array;
  /** Counts the endpoint's changes from 1; a replacement must name the version it was made from. */
  readonly version: number;
}

/**
 * All live endpoints of a tenant, in the order they were created, and the revision that any change to them raises. A tenant
 * that was deleted and created anew goes on with higher revisions.
 */
export interface Catalog {
  readonly revision: number;
  readonly endpoints: readonly StoredEndpoint[];
}

/** A slice of a list: at most `limit` items beginning behind `after`, the key of the last item already seen. */
export interface Page<Key> {
  readonly limit: number;
  readonly after: Key | null;
}

export interface Registry {
  /** Creates the tenant or, with a `name`, renames it. Without one a new tenant is named by its id. */
  putTenant(id: TenantId, name: string | undefined, at: WallMs): Promise<{ tenant: Tenant; created: boolean }>;
  tenant(id: TenantId): Promise<Tenant | undefined>;
  /**
   * By id, ascending.
   * @param search a text that the id or the name must have in it, A to Z and a to z alike; empty or left out, all are listed
   */
  tenants(page: Page<TenantId>, search?: string): Promise<Tenant[]>;
  /**
   * Removes the tenant: its endpoints are deleted as by `deleteEndpoint`, and its id is free for a new tenant that sees
   * nothing of the old one. Its history is removed by later calls of `prune`.
   * @returns false when there is none
   */
  deleteTenant(id: TenantId, at: WallMs): Promise<boolean>;

  /** @param max endpoints that a tenant may have */
  createEndpoint(endpoint: StoredEndpoint, max: number): Promise<'created' | 'unknown_tenant' | 'too_many'>;
  endpoint(tenantId: TenantId, id: EndpointId): Promise<StoredEndpoint | undefined>;
  /** Newest first (by id, descending). Deleted ones are not listed. */
  endpoints(tenantId: TenantId, page: Page<EndpointId>): Promise<StoredEndpoint[]>;
  /**
   * Puts `endpoint` in the place of the stored one if that still has version `endpoint.version - 1`. When this enables a
   * disabled endpoint, its paused deliveries become due at `now`.
   */
  replaceEndpoint(endpoint: StoredEndpoint, now: SteadyMs): Promise<'replaced' | 'missing' | 'changed'>;
  /**
   * Deletes the endpoint, wipes its sealed part and its URL, which may carry a token, and cancels its pending deliveries,
   * except those that a live process holds: whoever holds them cancels them when their turn comes. The rest of it is removed
   * by later calls of `prune`.
   * @returns false when there is none
   */
  deleteEndpoint(tenantId: TenantId, id: EndpointId, at: WallMs): Promise<boolean>;
  /** What an event of this tenant is matched against; `undefined` when there is no such tenant. */
  catalog(tenantId: TenantId): Promise<Catalog | undefined>;

  /** Stores `value` under `name` unless something is stored there, and answers with what is stored. Atomic. */
  keep(name: string, value: Uint8Array): Promise<Uint8Array>;
}
