// Replays: deliveries of the past get one more attempt each, a few at a time. It knows when the next step of any replay is
// due and sleeps until then; the steps themselves, and how far each replay has come, are the store's.

import { claimedId } from '../../domain/idempotency.ts';
import { type EndpointId, makeId, type ReplayId, type TenantId } from '../../domain/ids.ts';
import { DEFAULT_REPLAY_RATE } from '../../domain/replay.ts';
import { type SteadyMs, steady, type WallMs, wall, wholeMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Registry } from '../../seams/store/registry.ts';
import type { Replay, ReplayFilter, ReplayStep, Replays } from '../../seams/store/replays.ts';
import type { Lanes } from '../calling/lanes.ts';
import type { Leases } from '../claiming/leases.ts';
import type { DueListener, DueNotice } from '../due-notice.ts';
import type { ReportListener } from '../reports.ts';
import type { StoreHealth } from '../store-health.ts';

/** Replays that a tenant may have running: each is steps for the store, whatever its rate. */
export const MAX_RUNNING_REPLAYS = 10;
/** How long to wait after the store did not answer, or while nothing may be started, in milliseconds. */
const RETRY_MS = 250;
/** How long to leave replays to the process that was faster: it goes on with them, or has died by then. */
const STANDBY_MS = 1_000;

/** The filter of a replay; a condition that is left out means everything. */
export interface ReplayRequest extends Pick<ReplayFilter, 'states'> {
  readonly endpointId?: EndpointId | undefined;
  readonly eventTypes?: readonly string[] | null | undefined;
  readonly since?: WallMs | undefined;
  readonly until?: WallMs | undefined;
  readonly ratePerSecond?: number | undefined;
}

export type ReplayRefusal = 'unknown_tenant' | 'unknown_endpoint' | 'endpoint_disabled';

interface Parts {
  readonly store: Replays & Pick<Registry, 'endpoint'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly health: StoreHealth;
  readonly lanes: Pick<Lanes, 'full'>;
  readonly leases: Pick<Leases, 'fresh'>;
  readonly due: DueNotice;
  readonly report: ReportListener;
}

interface Counted {
  readonly filter: ReplayFilter;
  readonly at: WallMs;
  readonly counts: ReadonlyMap<EndpointId, number>;
  readonly total: number;
}

export class Replayer implements DueListener {
  readonly #parts: Parts;
  #cancelTimer: () => void = () => {};
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.due.tell(this);
  }

  /** Counts what a replay would be about. */
  async count(tenantId: TenantId, request: ReplayRequest): Promise<number | ReplayRefusal> {
    const counted = await this.#count(tenantId, request);
    return typeof counted === 'string' ? counted : counted.total;
  }

  /**
   * Counts, and begins. When it resolves with a replay, that is stored and goes on whatever happens to this process.
   * @param claim of a request that may have been sent before: the replay that it made then is found again
   */
  async create(
    tenantId: TenantId,
    request: ReplayRequest,
    claim?: ClaimedKey,
  ): Promise<Replay | ReplayRefusal | 'too_many'> {
    const { store, clock, random, report } = this.#parts;
    const claimed = claim && claimedId<ReplayId>(claim.id);
    const known = claimed && (await store.replay(tenantId, claimed));
    if (known !== undefined) return known;
    const counted = await this.#count(tenantId, request);
    if (typeof counted === 'string') return counted;
    const { filter, at, counts, total } = counted;
    const replay: Replay = {
      ...filter,
      id: claimed ?? makeId<ReplayId>(at, random.bytes(10)),
      tenantId,
      state: total === 0 ? 'completed' : 'running',
      ratePerSecond: request.ratePerSecond ?? DEFAULT_REPLAY_RATE,
      total,
      replayed: 0,
      skipped: 0,
      createdAt: at,
      endedAt: total === 0 ? at : null,
    };
    const now = wholeMs(clock.now());
    const answer = await store.createReplay(replay, counts, now, MAX_RUNNING_REPLAYS, claim);
    if (answer !== 'created') return answer;
    report({ kind: 'replay_started', replay });
    if (total === 0) report({ kind: 'replay_ended', replay });
    this.lookAround();
    return replay;
  }

  /** Ends a running replay. Deliveries that it has made due are attempted all the same. */
  async cancel(tenantId: TenantId, id: ReplayId, claim?: ClaimedKey): ReturnType<Replays['cancelReplay']> {
    const answer = await this.#parts.store.cancelReplay(tenantId, id, this.#parts.clock.wallNow(), claim);
    if (answer?.kind === 'cancelled') this.#parts.report({ kind: 'replay_ended', replay: answer.replay });
    return answer;
  }

  /** A step may be due. */
  lookAround(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run();
  }

  /** Takes no step from now on. Resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  async #count(tenantId: TenantId, request: ReplayRequest): Promise<Counted | ReplayRefusal> {
    const { store, clock } = this.#parts;
    const at = clock.wallNow();
    const endpointId = request.endpointId ?? null;
    if (endpointId !== null) {
      const endpoint = await store.endpoint(tenantId, endpointId);
      if (endpoint === undefined) return 'unknown_endpoint';
      if (endpoint.state === 'disabled') return 'endpoint_disabled';
    }
    const filter: ReplayFilter = {
      endpointId,
      eventTypes: request.eventTypes ?? null,
      states: request.states,
      since: request.since ?? null,
      until: wall(Math.min(request.until ?? at, at)),
    };
    const counts = await store.countReplay(tenantId, filter, at);
    if (counts === undefined) return 'unknown_tenant';
    return { filter, at, counts, total: [...counts.values()].reduce((sum, count) => sum + count, 0) };
  }

  async #run(): Promise<void> {
    this.#cancelTimer();
    // One turn of the microtask queue: what one event wakes several times is looked at once.
    await Promise.resolve();
    let nextAt: SteadyMs | null = null;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      nextAt = await this.#step();
    }
    this.#running = undefined;
    if (nextAt !== null && !this.#stopped) this.#cancelTimer = this.#parts.clock.timer(nextAt, () => this.lookAround());
  }

  /** @returns when to look again; `null` when nothing is running */
  async #step(): Promise<SteadyMs | null> {
    const { store, clock, health, lanes, leases, due, report } = this.#parts;
    // Nothing more is made due than this process could take.
    if (!leases.fresh || lanes.full) return steady(clock.now() + RETRY_MS);
    const now = wholeMs(clock.now());
    let step: ReplayStep;
    try {
      step = await health.watch(() => store.stepReplay(now, clock.wallNow()));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      due.mayBeDue(now);
      return steady(clock.now() + RETRY_MS);
    }
    const { replay, made, nextAt } = step;
    if (made > 0) due.mayBeDue(now);
    if (replay !== null && replay.state !== 'running') report({ kind: 'replay_ended', replay });
    if (nextAt === null || replay !== null) return nextAt;
    return steady(Math.max(nextAt, clock.now() + STANDBY_MS));
  }
}
