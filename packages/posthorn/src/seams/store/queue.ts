// The store's second part: work. Every call is one transaction over a whole batch, and repeatable: after a lost reply the
// caller may make the same call again.
import type { MadeFrom } from '../../domain/call.ts';
import type { EventContent, LeasedDelivery, Next, Trigger } from '../../domain/delivery.ts';
import type { AttemptId, DeliveryId, EndpointId, EventId, OwnerId, TenantId } from '../../domain/ids.ts';
import type { CallResult } from '../../domain/outcome.ts';
import type { SteadyMs, WallMs } from '../../domain/time.ts';
import type { ClaimedKey } from './idempotency.ts';

// A pending delivery is in exactly one place:
//   due      nobody's; to be attempted at its due time (retries, manual attempts, what a dead process left)
//   backlog  nobody's; waiting for room in its endpoint's lane
//   paused   nobody's; its endpoint is disabled, nothing happens until it is enabled
//   leased   somebody's: in a lane of the process that owns it, waiting or under way

export interface NewDelivery {
  readonly id: DeliveryId;
  readonly endpointId: EndpointId;
  /** `leased`: born in the hands of the accepting process. `backlog`: its lane has no room. */
  readonly place: 'leased' | 'backlog';
}

export interface NewEvent {
  readonly event: EventContent;
  /** SHA-256 of the type, the payload as posted and the keys: tells a repeated request from a different event of the same id. */
  readonly fingerprint: Uint8Array;
  /** The producer's own text that the event's id was made from; `null` if there is none. */
  readonly ownId: string | null;
  /** Texts that it can be found by. */
  readonly keys: readonly string[];
  readonly deliveries: readonly NewDelivery[];
}

/** The events of one request: all are stored or none. All of one tenant; ids within a group differ. */
export interface AcceptGroup {
  readonly tenantId: TenantId;
  /** The catalog revision that the deliveries were matched against. */
  readonly revision: number;
  readonly events: readonly NewEvent[];
}

/** An event as its first acceptance answered it. */
export interface AcceptedEvent {
  readonly id: EventId;
  /** See `NewEvent`. */
  readonly ownId: string | null;
  readonly type: string;
  readonly createdAt: WallMs;
  readonly deliveries: readonly { readonly id: DeliveryId; readonly endpointId: EndpointId }[];
  /** It was stored by an earlier call; nothing was stored by this one, and its deliveries are not in the caller's hands. */
  readonly existing: boolean;
}

export type AcceptResult =
  | { readonly kind: 'accepted'; readonly events: readonly AcceptedEvent[] }
  /** The tenant's catalog has another revision, or the tenant is gone: match again. Nothing of the group was stored. */
  | { readonly kind: 'stale' }
  /** An event of this id with another fingerprint is stored. Nothing of the group was stored. */
  | { readonly kind: 'conflict'; readonly index: number };

export interface Claim {
  readonly deliveries: readonly LeasedDelivery[];
  /** The catalog revisions of the tenants in `deliveries`, as of this transaction. */
  readonly revisions: ReadonlyMap<TenantId, number>;
}

export interface DueClaim extends Claim {
  /** When each of `deliveries` came due, in their order. */
  readonly dueAt: readonly SteadyMs[];
  /** When the next delivery in place `due` that is nobody's comes due; `null` when there is none. May be in the past. */
  readonly nextDue: SteadyMs | null;
}

/** A delivery whose attempt had begun when its owner died. */
export interface CutOffDelivery {
  readonly delivery: LeasedDelivery;
  readonly attemptId: AttemptId;
  readonly startedAt: WallMs;
  /** `null` if a Posthorn from before had begun it. */
  readonly madeFrom: MadeFrom | null;
}

/** An attempt that is about to begin. */
export interface Start {
  readonly deliveryId: DeliveryId;
  readonly attemptId: AttemptId;
  readonly startedAt: WallMs;
  readonly madeFrom: MadeFrom;
}

/** One attempt and what follows from it. */
export interface AttemptRecord {
  readonly deliveryId: DeliveryId;
  readonly attemptId: AttemptId;
  /** 1 for the first attempt of the delivery. The record counts only if exactly `number - 1` are recorded. */
  readonly number: number;
  readonly trigger: Trigger;
  /** `null` when it did not come to a call: the endpoint's settings could not be read. */
  readonly madeFrom: MadeFrom | null;
  readonly startedAt: WallMs;
  readonly endedAt: WallMs;
  readonly result: CallResult;
  readonly next: Next;
}

/** Where a delivery goes that its owner gives up without an attempt. */
export type Release =
  | { readonly id: DeliveryId; readonly to: 'due'; readonly dueAt: SteadyMs }
  | { readonly id: DeliveryId; readonly to: 'backlog' }
  /** Due at `now` instead, if its endpoint is not disabled any more. */
  | { readonly id: DeliveryId; readonly to: 'paused'; readonly now: SteadyMs }
  | { readonly id: DeliveryId; readonly to: 'cancelled'; readonly endedAt: WallMs };

export interface OwnerBeat {
  readonly owner: OwnerId;
  /** Rises with every heartbeat of that owner. */
  readonly beat: number;
}

export interface Queue {
  /**
   * True when no other process can be using this store: whoever else is registered is dead. A shared store's owners must
   * be watched instead.
   */
  readonly exclusive: boolean;

  /**
   * Stores events with their deliveries. When it resolves, everything reported `accepted` is on disk. A failed group
   * leaves the others untouched. Two groups of one call may carry the same event id: the later one sees the earlier.
   * Results are in the order of `groups`.
   * @param owner whose the `leased` ones are
   * @throws StoreUnavailable `unregistered`, as every call that leases, when `owner` has not joined or has been declared
   * dead: nobody would watch over its leases
   */
  accept(owner: OwnerId, groups: readonly AcceptGroup[]): Promise<AcceptResult[]>;

  /**
   * Leases up to `limit` deliveries of place `due` with `dueAt <= now`, oldest due first. Never one that somebody holds,
   * and never waiting for another process's claim.
   */
  claimDue(owner: OwnerId, now: SteadyMs, limit: number): Promise<DueClaim>;

  /** Leases deliveries of place `backlog`, per endpoint up to its limit, oldest delivery first. */
  claimBacklog(
    owner: OwnerId,
    wants: readonly { readonly endpointId: EndpointId; readonly limit: number }[],
  ): Promise<Claim>;

  /** Endpoints that have a backlog, at most `limit` of them. For start-up, takeovers and other processes' work. */
  backlogs(limit: number): Promise<EndpointId[]>;

  /** When the next delivery of place `due` comes due; `null` when there is none. */
  nextDue(): Promise<SteadyMs | null>;

  /**
   * Stores that attempts are about to begin, for suspect deliveries (see `LeasedDelivery`).
   * @returns the ids that `owner` still holds; the others must not be attempted
   */
  begin(owner: OwnerId, starts: readonly Start[]): Promise<DeliveryId[]>;

  /**
   * Appends attempts to the history and moves their deliveries on, each if `owner` still holds it and the number fits; a
   * delivery whose next state is pending goes to place `due`, no longer suspect. An attempt that does not fit was made
   * by somebody whose lease had run out: it is appended all the same, marked late, and moves nothing. Recording an
   * attempt id a second time changes nothing and answers as the first time did. A ended delivery whose manual attempt
   * fails keeps the moment at which it was ended.
   */
  record(owner: OwnerId, records: readonly AttemptRecord[]): Promise<('recorded' | 'late')[]>;

  /**
   * Gives deliveries back; what is suspect remains so. Those that `owner` does not hold are left alone. An ended delivery
   * that was pending once more and is cancelled, here or with its endpoint, goes back to what it was.
   */
  release(owner: OwnerId, releases: readonly Release[]): Promise<void>;

  /**
   * Makes what is leased to `owner`, yet not among `leased`, due at `now` and nobody's. A claim or an accept whose reply was
   * lost leaves such deliveries behind. The caller sees to it that none of its own claims and accepts is under way.
   * @returns how many there were
   */
  reclaim(owner: OwnerId, leased: readonly DeliveryId[], now: SteadyMs): Promise<number>;

  /**
   * Makes one more attempt of a delivery due at `now`, whatever its state; the next claim finds it. A delivery that is
   * leased is already on its way, one in the backlog already waits for its turn: both are left alone (`under_way`).
   * An ended delivery becomes pending, and remembers what it was (see `Resume`). One that is paused although its endpoint
   * is enabled (what was paused is being made due) goes back to `now`, the time at which it would have been attempted.
   * @returns `erased` when its event's payload was; `endpoint_gone` when its endpoint was deleted, `endpoint_disabled` when it is disabled; both come before
   * `under_way`
   */
  retry(
    tenantId: TenantId,
    id: DeliveryId,
    now: SteadyMs,
    claim?: ClaimedKey,
  ): Promise<'due' | 'under_way' | 'missing' | 'endpoint_gone' | 'endpoint_disabled' | 'erased'>;

  /** Registers a process. Its first beat is 1. */
  join(owner: OwnerId): Promise<void>;
  /**
   * Proves that `owner` lives.
   * @param now kept as the store's latest steady time (see `clockOffset`)
   * @returns `undefined` when it has been declared dead: it holds nothing any more; else all other owners' beats
   */
  beat(owner: OwnerId, now: SteadyMs): Promise<OwnerBeat[] | undefined>;
  /**
   * Declares an owner dead, if its beat is still the one that was watched, and takes its work over: what had begun (see
   * `begin`) passes to `heir` and is returned, to be recorded as interrupted; everything else it held becomes due at
   * `now`, suspect, and nobody's.
   * @returns `undefined` when the owner has beaten since or is gone
   */
  takeOver(heir: OwnerId, dead: OwnerBeat, now: SteadyMs): Promise<CutOffDelivery[] | undefined>;
  /** Removes an owner that holds nothing any more. One that does stays, so that it can be taken over. */
  leave(owner: OwnerId): Promise<void>;

  /**
   * The offset that makes the machine's monotonic clock the steady clock: steady = monotonic + offset. The first call in
   * a boot decides it, later ones get the same. Steady time never falls behind what was kept by an earlier boot.
   */
  clockOffset(boot: { readonly id: string; readonly monotonicMs: number; readonly wallMs: number }): Promise<number>;
}
