// The store's fifth part: how much happened, added up per minute, hour and day, for charts. Deliveries never depend on it.
import type { EndpointId, OwnerId, TenantId } from '../../domain/ids.ts';
import type { Counts, Scope, Tier } from '../../domain/tally.ts';
import type { WallMs } from '../../domain/time.ts';

/** A process's counts of one scope. */
export interface Tally {
  readonly scope: Scope;
  readonly counts: Readonly<Counts>;
  /** When the latest of the attempts that failed did. */
  readonly lastFailedAt: WallMs | null;
}

/** A process's counts since it last stored them. */
export interface Tallied {
  /** All of it happened around then: it is counted in the slots of that moment. */
  readonly at: WallMs;
  /** Each counts for its scope and for those that contain it: an endpoint's also for its tenant and the installation. */
  readonly tallies: readonly Tally[];
  /** Deliveries of the whole installation seen pending; `null` when nobody looked. */
  readonly pending: number | null;
}

/** A slot in which something was counted. */
export interface TallySlot {
  readonly at: WallMs;
  readonly counts: Counts;
  /** The most deliveries that were seen pending; of the installation only. */
  readonly pending: number | null;
}

/** An endpoint that had trouble. */
export interface Trouble {
  readonly tenantId: TenantId;
  readonly endpointId: EndpointId;
  readonly attempts: number;
  readonly failed: number;
  readonly succeeded: number;
  readonly exhausted: number;
  readonly lastFailedAt: WallMs;
}

/** How much of a scope is pending. */
export interface PendingOf {
  /** Deliveries that are nobody's: due, in a backlog or paused. */
  readonly waiting: number;
  /** Deliveries that processes hold; `null` when only the process that uses the store knows. */
  readonly leased: number | null;
  /** There may be more: the limit was met. */
  readonly capped: boolean;
  /** When the oldest of those was made that are not paused; `null` when there is none, or none within the limit. */
  readonly oldestCreatedAt: WallMs | null;
}

export interface Tallies {
  /**
   * Adds what a process has counted. May be made again after a lost reply: a call whose number is not higher than the
   * highest that is known of this writer changes nothing. Tallies of tenants and endpoints that are gone count for what
   * contains them. Of statuses, a slot keeps the `MAX_STATUSES` most frequent.
   * @param writer any id that no other process writes under; it need not be registered
   * @param number rises from call to call
   */
  tally(writer: OwnerId, number: number, tallied: Tallied): Promise<void>;
  /** The slots of a scope that begin from `since` up to, not including, `until`, in their order; empty ones are left out. */
  tallies(scope: Scope, tier: Tier, since: WallMs, until: WallMs): Promise<TallySlot[]>;
  /**
   * Endpoints that had trouble in those slots, worst first: by exhausted deliveries, then by failed attempts. Only endpoints
   * that still exist; looked for among the worst of every slot, so that it costs the same with ten thousand in trouble.
   * @param tenantId `null`: of all tenants
   */
  troubles(tenantId: TenantId | null, tier: Tier, since: WallMs, until: WallMs, limit: number): Promise<Trouble[]>;
  /** Looks at no more than about `limit` rows per place and endpoint, so that it stays cheap however much is pending. */
  pendingOf(scope: Scope, limit: number): Promise<PendingOf>;
  /**
   * Removes slots of each tier that begin before its moment, at most about `limit` rows in one short transaction.
   * @returns the number of rows removed; 0 when nothing is left to remove
   */
  pruneTallies(before: Readonly<Record<Tier, WallMs>>, limit: number): Promise<number>;
}
