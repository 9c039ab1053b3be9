// Removes history that is older than it is kept, tallies and sessions that are over, and erases what tenants keep for a shorter
// time, in small steps off the hot path.
import { KEY_KEPT_MS } from '../../domain/idempotency.ts';
import type { TenantId } from '../../domain/ids.ts';
import { DAY_MS, eraseBefore } from '../../domain/retention.ts';
import { steady, type WallMs, wall } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { History } from '../../seams/store/history.ts';
import type { Idempotency } from '../../seams/store/idempotency.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Registry, Tenant } from '../../seams/store/registry.ts';
import type { Sessions } from '../../seams/store/sessions.ts';
import type { Tallies } from '../../seams/store/tallies.ts';
import type { ReportListener } from '../reports.ts';

/** Tallies per minute are shown for an hour, those per hour for a day; those per day are kept as long as the history. */
const MINUTES_KEPT_MS = 2 * 3_600_000;
const HOURS_KEPT_MS = 2 * DAY_MS;
/** Since a call with a version of an endpoint that was replaced may still be under way, and its attempt not be stored. */
const REPLACED_KEPT_MS = 3_600_000;
/** From the start to the first round, and from one round to the next. */
const FIRST_ROUND_MS = 60_000;
const ROUND_MS = 3_600_000;
/** Rows per step, at most: a store may take fewer at once. */
const STEP_ROWS = 500;
/**
 * While deliveries are under way the pause after a step is so many times as long as the step, until a round lasts for longer
 * than it should: then history grows faster than it goes, and both share the store. With nothing under way there is no pause.
 */
const PAUSES = 9;
const PAUSES_IN_ARREARS = 1;
/** The longest pause: a step that took so long met a stall, and the next one need not. */
const MAX_PAUSE_MS = 30_000;

/** Tenants with a retention of their own that are read at once. */
const TENANTS_AT_ONCE = 100;

type KeepingStore = History &
  Pick<Idempotency, 'pruneKeys'> &
  Pick<Registry, 'tenantsWithRetention' | 'pruneVersions'> &
  Sessions &
  Tallies;

export class Retention {
  readonly #store: KeepingStore;
  readonly #clock: Clock;
  readonly #days: number;
  readonly #busy: () => boolean;
  readonly #report: ReportListener;
  #cancelTimer: () => void = () => {};
  #round: Promise<void> = Promise.resolve();
  #endPause: () => void = () => {};
  #stopped = false;

  /** @param busy whether deliveries are under way */
  constructor(store: KeepingStore, clock: Clock, days: number, busy: () => boolean, report: ReportListener) {
    this.#store = store;
    this.#clock = clock;
    this.#days = days;
    this.#busy = busy;
    this.#report = report;
  }

  start(): void {
    this.#schedule(FIRST_ROUND_MS);
  }

  /** Takes no step from now on. Resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    this.#endPause();
    await this.#round;
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#clock.timer(steady(this.#clock.now() + delayMs), () => {
      this.#round = this.#keep();
    });
  }

  async #keep(): Promise<void> {
    // The earlier of the two clocks: a wall clock that jumps ahead must not take history with it.
    const now = wall(Math.floor(Math.min(this.#clock.wallNow(), this.#clock.now())));
    try {
      // First what may be over in minutes: pruning takes hours if there is much.
      await this.#erase(now);
      await this.#prune(now);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      // Says nothing of the store's health: a step that takes too long is no reason to stop accepting.
      this.#report({ kind: 'pruning_failed', message: error.message });
    }
    this.#schedule(ROUND_MS);
  }

  async #prune(now: WallMs): Promise<void> {
    const before = wall(now - this.#days * DAY_MS);
    const tallies = { minute: wall(now - MINUTES_KEPT_MS), hour: wall(now - HOURS_KEPT_MS), day: before };
    await this.#inSteps(() => this.#store.prune(before, STEP_ROWS));
    await this.#inSteps(() => this.#store.pruneVersions(wall(now - REPLACED_KEPT_MS), STEP_ROWS));
    await this.#inSteps(() => this.#store.pruneTallies(tallies, STEP_ROWS));
    await this.#store.pruneSessions(this.#clock.wallNow());
    await this.#inSteps(() => this.#store.pruneKeys(wall(now - KEY_KEPT_MS), STEP_ROWS));
  }

  /** Erases what tenants keep for a shorter time than the installation. */
  async #erase(now: WallMs): Promise<void> {
    for (let after: TenantId | null = null; ; ) {
      const tenants: readonly Tenant[] = await this.#store.tenantsWithRetention({ limit: TENANTS_AT_ONCE, after });
      for (const tenant of tenants) await this.#eraseOf(tenant, now);
      if (tenants.length < TENANTS_AT_ONCE || this.#stopped) return;
      after = tenants.at(-1)?.id ?? null;
    }
  }

  async #eraseOf({ id, retentionDays }: Tenant, now: WallMs): Promise<void> {
    const before = eraseBefore(now, retentionDays, this.#days);
    if (before === null || retentionDays === null) return;
    let events = 0;
    try {
      await this.#inSteps(async () => {
        const { looked, erased } = await this.#store.eraseOverdue(id, before, now, STEP_ROWS);
        events += erased;
        return looked;
      });
    } finally {
      if (events > 0) this.#report({ kind: 'events_erased', tenantId: id, retentionDays, events });
    }
  }

  async #inSteps(remove: () => Promise<number>): Promise<void> {
    const roundBegan = this.#clock.now();
    for (let began = roundBegan; !this.#stopped && (await remove()) > 0; began = this.#clock.now()) {
      const now = this.#clock.now();
      const pauses = now - roundBegan > ROUND_MS ? PAUSES_IN_ARREARS : PAUSES;
      await this.#pause(this.#busy() ? Math.min(pauses * (now - began), MAX_PAUSE_MS) : 0);
    }
  }

  /** Ends early when this stops: the process has better things to do with the time that it is given. */
  async #pause(ms: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.timer(steady(this.#clock.now() + ms), resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
