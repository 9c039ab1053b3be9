// The store's fourth part: replays. A replay walks through ended deliveries and makes each due once more, step by step;
// how far it has come is stored in the transaction that makes them due, so that no crash repeats or skips any.
import type { EndState } from '../../domain/delivery.ts';
import type { EndpointId, ReplayId, TenantId } from '../../domain/ids.ts';
import type { ReplayState } from '../../domain/replay.ts';
import type { SteadyMs, WallMs } from '../../domain/time.ts';
import type { ClaimedKey } from './idempotency.ts';
import type { Page } from './registry.ts';

/** Which deliveries are meant. All conditions must hold; times are those that delivery ids carry. */
export interface ReplayFilter {
  /** `null`: of every endpoint that is not deleted. */
  readonly endpointId: EndpointId | null;
  /** Subscriptions as endpoints have them; `null` for every type. */
  readonly eventTypes: readonly string[] | null;
  /** At least one, each once. */
  readonly states: readonly EndState[];
  /** Created at or after; `null` for ever. */
  readonly since: WallMs | null;
  /** Created before. */
  readonly until: WallMs;
}

export interface Replay extends ReplayFilter {
  readonly id: ReplayId;
  readonly tenantId: TenantId;
  readonly state: ReplayState;
  readonly ratePerSecond: number;
  /** Deliveries that were meant when it was created. */
  readonly total: number;
  /** Deliveries made due so far. */
  readonly replayed: number;
  /** Deliveries skipped so far: endpoint disabled or deleted, already pending, changed since, or pruned. */
  readonly skipped: number;
  /** Also the moment by which its deliveries had been ended: what is ended later is not meant. */
  readonly createdAt: WallMs;
  readonly endedAt: WallMs | null;
}

export interface ReplayStep {
  /** The replay whose turn it was, as it is now; `null` when none was due, or another process has it. */
  readonly replay: Replay | null;
  /** How many of its deliveries were made due. */
  readonly made: number;
  /** When the next step of any replay comes due; `null` when none is running. May be in the past. */
  readonly nextAt: SteadyMs | null;
}

export interface Replays {
  /**
   * Counts the deliveries that a replay created at `at` would be about, by endpoint; endpoints without any are left out.
   * Goes in short steps, so a delivery that is ended anew meanwhile may be counted or not.
   * @returns `undefined` when there is no such tenant
   */
  countReplay(
    tenantId: TenantId,
    filter: ReplayFilter,
    at: WallMs,
  ): Promise<ReadonlyMap<EndpointId, number> | undefined>;
  /**
   * Stores a replay; a running one has its first step at `now`. Storing an id a second time changes nothing.
   * @param counts what was counted: only these endpoints are looked at
   * @param max replays that a tenant may have running
   */
  createReplay(
    replay: Replay,
    counts: ReadonlyMap<EndpointId, number>,
    now: SteadyMs,
    max: number,
    claim?: ClaimedKey,
  ): Promise<'created' | 'unknown_tenant' | 'too_many'>;
  /**
   * Takes one step of the running replay whose step is due the longest, if one is due: makes the next few of its
   * deliveries due at `now`, as `Queue.retry` does, each endpoint's oldest first and the endpoints in turn, in the pace
   * of domain/replay; ends it when nothing is left. One short transaction: a step is taken by one process, once.
   * @param at the same moment on the wall, for a replay that ends
   */
  stepReplay(now: SteadyMs, at: WallMs): Promise<ReplayStep>;
  /**
   * Ends a running replay. Deliveries that it has made due are attempted all the same.
   * @returns the replay as it is now; `ended` when it had ended before, whoever ended it
   */
  cancelReplay(
    tenantId: TenantId,
    id: ReplayId,
    at: WallMs,
    claim?: ClaimedKey,
  ): Promise<{ readonly kind: 'cancelled' | 'ended'; readonly replay: Replay } | undefined>;
  replay(tenantId: TenantId, id: ReplayId): Promise<Replay | undefined>;
  /** Newest first (by id, descending). */
  replays(tenantId: TenantId, page: Page<ReplayId>): Promise<Replay[]>;
}
