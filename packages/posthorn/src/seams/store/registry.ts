// The store's first part: who may send and where to. Small, read often, changed seldom.
import type { DocumentPlace, Documents } from '../../domain/endpoint/documents.ts';
import type { ChangedBy, Endpoint, EndpointState } from '../../domain/endpoint/endpoint.ts';
import type { EndpointId, EndpointUid, TenantId } from '../../domain/ids.ts';
import type { SteadyMs, WallMs } from '../../domain/time.ts';
import type { ClaimedKey } from './idempotency.ts';

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  /** For so many days its events are kept, if that is shorter than the installation's; `null`: as long as those. */
  readonly retentionDays: number | null;
  readonly createdAt: WallMs;
  readonly updatedAt: WallMs;
}

/** An endpoint as it is stored: only the engine can read its documents, which hold the settings of the version in force. */
export interface StoredEndpoint extends Endpoint, Documents {
  /** Who made the version in force. */
  readonly changedBy: ChangedBy;
  /** Of its URL, for people; empty until the documents of an older database have been written anew. */
  readonly host: string;
  /** Equal for equal URLs (see `urlKeyOf`); empty as `host` is. */
  readonly urlKey: Uint8Array;
}

/** An endpoint's settings from one change to the next. */
export interface EndpointVersion extends Documents {
  readonly number: number;
  readonly changedAt: WallMs;
  readonly changedBy: ChangedBy;
}

/** A version of any endpoint that is not deleted, by its place. */
export interface PlacedVersion extends Documents, DocumentPlace {}

/** The documents of a version, written anew: their meaning is the same, or something of it has been erased. */
export interface RewrittenVersion extends PlacedVersion {
  readonly host: string;
  readonly urlKey: Uint8Array;
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
  /**
   * Creates the tenant or changes it. Without a `name` a new tenant is named by its id.
   * @param name as it is, if left out; `retentionDays` likewise
   */
  putTenant(
    id: TenantId,
    name: string | undefined,
    at: WallMs,
    retentionDays?: number | null,
  ): Promise<{ tenant: Tenant; created: boolean }>;
  tenant(id: TenantId): Promise<Tenant | undefined>;
  /**
   * By id, ascending.
   * @param search a text that the id or the name must have in it, A to Z and a to z alike; empty or left out, all are listed
   */
  tenants(page: Page<TenantId>, search?: string): Promise<Tenant[]>;
  /** Those that have `retentionDays` of their own, by id, ascending. */
  tenantsWithRetention(page: Page<TenantId>): Promise<Tenant[]>;
  /**
   * Removes the tenant: its endpoints are deleted as by `deleteEndpoint`, and its id is free for a new tenant that sees
   * nothing of the old one. Its history is removed by later calls of `prune`.
   * @returns false when there is none
   */
  deleteTenant(id: TenantId, at: WallMs): Promise<boolean>;

  /** Stores an endpoint with its first version. @param max endpoints that a tenant may have */
  createEndpoint(
    endpoint: StoredEndpoint,
    max: number,
    claim?: ClaimedKey,
  ): Promise<'created' | 'unknown_tenant' | 'too_many' | 'uid_taken'>;
  endpoint(tenantId: TenantId, id: EndpointId): Promise<StoredEndpoint | undefined>;
  /** The live endpoint that the application calls `uid`. */
  endpointByUid(tenantId: TenantId, uid: EndpointUid): Promise<EndpointId | undefined>;
  /**
   * Newest first (by id, descending). Deleted ones are not listed.
   * @param urlKey only those with this URL (see `urlKeyOf`); `null` for all
   */
  endpoints(tenantId: TenantId, page: Page<EndpointId>, urlKey: Uint8Array | null): Promise<StoredEndpoint[]>;
  /**
   * Gives the endpoint a new version, `endpoint.version`, if the one in force is still the one before. The earlier version
   * stays as long as an attempt may name it. State, uid and time of creation stay as they are.
   */
  replaceEndpoint(endpoint: StoredEndpoint): Promise<'replaced' | 'missing' | 'changed'>;
  /**
   * Makes the endpoint active or disabled; no version comes of it. Once it is active, its paused deliveries become due at
   * `now`, also if it was active before: whoever made it so may have been interrupted.
   * @returns the endpoint as it is then
   */
  setEndpointState(
    tenantId: TenantId,
    id: EndpointId,
    state: EndpointState,
    now: SteadyMs,
    at: WallMs,
    claim?: ClaimedKey,
  ): Promise<StoredEndpoint | undefined>;
  /**
   * Deletes the endpoint, removes all its versions, whose documents hold secrets, and cancels its pending deliveries,
   * except those that a live process holds: whoever holds them cancels them when their turn comes. The rest of it is removed
   * by later calls of `prune`.
   * @returns false when there is none
   */
  deleteEndpoint(tenantId: TenantId, id: EndpointId, at: WallMs): Promise<boolean>;

  /** Those versions of a live endpoint that are kept, oldest first. @param numbers which ones; `null` for all */
  endpointVersions(tenantId: TenantId, id: EndpointId, numbers: readonly number[] | null): Promise<EndpointVersion[]>;
  /**
   * Versions whose documents have an older form than `codec`, in an order of their own.
   * @param after the last one already seen
   */
  outdatedVersions(codec: number, page: Page<DocumentPlace>): Promise<PlacedVersion[]>;
  /** Puts documents in the place of earlier ones of the same version. Versions that are gone are left out. */
  rewriteVersions(versions: readonly RewrittenVersion[]): Promise<void>;
  /**
   * Removes versions that another one replaced before `before` and that no attempt names any more, at most `limit` of them.
   * An attempt's delivery is older than the attempt, so none names a version that was replaced an hour before the oldest
   * delivery that has attempts was made.
   * @returns the number of versions removed; 0 when nothing is left to remove
   */
  pruneVersions(before: WallMs, limit: number): Promise<number>;

  /** The number of a sender profile, by which attempts name it. Equal texts have one number, for ever. */
  senderProfile(facts: string): Promise<number>;
  /** The texts of these sender profiles, as far as there are such. */
  senderProfiles(numbers: readonly number[]): Promise<ReadonlyMap<number, string>>;

  /** The endpoints that an event of this tenant is matched against; `undefined` when there is no such tenant. */
  catalog(tenantId: TenantId): Promise<Catalog | undefined>;

  /** Stores `value` under `name` unless something is stored there, and answers with what is stored. Atomic. */
  keep(name: string, value: Uint8Array): Promise<Uint8Array>;
}
