// Counts what happens, in memory, and tells the store every few seconds: per endpoint, which the store adds up for tenants and
// the whole installation. Nothing else depends on it; a crash loses what was counted since it last told.
import { type EndpointId, makeId, type OwnerId, type TenantId } from '../../domain/ids.ts';
import {
  type CountedCall,
  type Counts,
  countAttempt,
  type Ended,
  noCounts,
  type Scope,
  slotOf,
} from '../../domain/tally.ts';
import { steady, type WallMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Tallied, Tallies, Tally } from '../../seams/store/tallies.ts';
import { pause } from '../pause.ts';
import type { StoreHealth } from '../store-health.ts';

/** Counts are stored this often, at whole multiples of it by the wall clock, so that they belong to one minute. */
const TELL_EVERY_MS = 5_000;
/** How much is pending is looked at this often. */
const LOOK_EVERY_MS = 60_000;
/** Tallies per store call: each is a row per minute, hour and day, and as many again for its tenant. About 2 ms. */
const PER_CALL = 50;
/** Telling takes at most this part of the time when there is much to tell: deliveries go first. */
const TELL_SHARE = 1 / 20;
/** The longest pause between two calls, in milliseconds. */
const MAX_PAUSE_MS = 500;
/**
 * Endpoints counted one by one until they are told, 1 KB each, and tenants; of more, attempts count for their tenant, or
 * only for the whole installation.
 */
const MAX_COUNTED = 20_000;

interface Parts {
  readonly store: Tallies;
  readonly clock: Clock;
  readonly random: Random;
  readonly health: StoreHealth;
  /** How many deliveries of the whole installation are pending. */
  readonly countPending: () => Promise<number>;
}

/** Counts that have not been told. */
interface Counted {
  readonly scope: Scope;
  readonly counts: Counts;
  lastFailedAt: WallMs | null;
}

/** One store call. It keeps its number until it is answered, so that it can be made again. */
interface Telling {
  readonly number: number;
  readonly tallied: Tallied;
}

export class TallyKeeper {
  readonly #parts: Parts;
  /** The name that this process tells under, whatever it leases under. */
  readonly #writer: OwnerId;
  readonly #endpoints = new Map<EndpointId, Counted>();
  readonly #tenants = new Map<TenantId, Counted>();
  #rest: Counted | undefined;
  /** When the first of what has not been told was counted. */
  #since: WallMs | undefined;
  /** The minute of the last look at what is pending. */
  #lookedIn: WallMs | undefined;
  #unanswered: Telling[] = [];
  #lastNumber = 0;
  #telling: Promise<void> | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => {};
  #state: 'new' | 'started' | 'stopped' = 'new';

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#writer = makeId<OwnerId>(parts.clock.wallNow(), parts.random.bytes(10));
  }

  start(): void {
    this.#state = 'started';
    this.#arm(this.#since === undefined ? LOOK_EVERY_MS : TELL_EVERY_MS);
  }

  /** Tells what is left, if the store answers. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelTimer();
    await this.#ticking;
    while (this.#unanswered.length > 0 || this.#since !== undefined) {
      const told = await this.#parts.health.retryUntilDone(async () => {
        await this.#tell();
        return true;
      });
      if (told === undefined) return;
    }
  }

  /** An event was stored for the first time. */
  accepted(tenantId: TenantId): void {
    this.#ofTenant(tenantId).counts.accepted += 1;
  }

  /** An attempt was recorded. */
  attempted(tenantId: TenantId, endpointId: EndpointId, call: CountedCall, ended: Ended): void {
    const counted = this.#endpoints.get(endpointId) ?? this.#newEndpoint(tenantId, endpointId);
    countAttempt(counted.counts, call, ended);
    if (call.outcome !== 'succeeded') counted.lastFailedAt = this.#parts.clock.wallNow();
  }

  /** Tells what was counted until now, unless that takes long or fails: then whoever reads next sees it a little later. */
  async catchUp(): Promise<void> {
    if (this.#unanswered.length > 1 || this.#endpoints.size + this.#tenants.size > PER_CALL) return;
    try {
      await this.#telling;
      await this.#tell();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  #newEndpoint(tenantId: TenantId, endpointId: EndpointId): Counted {
    if (this.#endpoints.size >= MAX_COUNTED) return this.#ofTenant(tenantId);
    const counted = this.#newCounted({ kind: 'endpoint', tenantId, endpointId });
    this.#endpoints.set(endpointId, counted);
    return counted;
  }

  #ofTenant(tenantId: TenantId): Counted {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    if (this.#tenants.size >= MAX_COUNTED) {
      this.#rest ??= this.#newCounted({ kind: 'installation' });
      return this.#rest;
    }
    const counted = this.#newCounted({ kind: 'tenant', tenantId });
    this.#tenants.set(tenantId, counted);
    return counted;
  }

  #newCounted(scope: Scope): Counted {
    if (this.#since === undefined) {
      this.#since = this.#parts.clock.wallNow();
      if (this.#state === 'started') this.#arm(TELL_EVERY_MS);
    }
    return { scope, counts: noCounts(), lastFailedAt: null };
  }

  /** Sleeps until the next whole multiple of `everyMs`. */
  #arm(everyMs: number): void {
    const { clock } = this.#parts;
    this.#cancelTimer();
    const at = steady(clock.now() + everyMs - (clock.wallNow() % everyMs));
    this.#cancelTimer = clock.timer(at, () => {
      this.#ticking = this.#tick();
    });
  }

  async #tick(): Promise<void> {
    try {
      await this.#look();
      await this.#tell();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    const more = this.#unanswered.length > 0 || this.#since !== undefined;
    if (this.#state === 'started') this.#arm(more ? TELL_EVERY_MS : LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const { clock, countPending, health } = this.#parts;
    const minute = slotOf('minute', clock.wallNow());
    if (minute === this.#lookedIn || this.#unanswered.length > 0) return;
    const pending = await health.watch(countPending);
    this.#lookedIn = minute;
    this.#plan({ at: minute, tallies: [], pending });
  }

  /** Tells what is on its way, and then what was counted since. */
  #tell(): Promise<void> {
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined;
    });
    return this.#telling;
  }

  async #tellAll(): Promise<void> {
    const { store, clock, health } = this.#parts;
    // More than that is left only while the store does not take it, and then nothing new is recorded either.
    if (this.#unanswered.length <= 1) this.#take();
    for (let next = this.#unanswered[0]; next !== undefined; next = this.#unanswered[0]) {
      const { number, tallied } = next;
      const beganAt = clock.now();
      await health.watch(() => store.tally(this.#writer, number, tallied));
      this.#unanswered.shift();
      const pauseMs = Math.min((clock.now() - beganAt) * (1 / TELL_SHARE - 1), MAX_PAUSE_MS);
      if (this.#unanswered.length > 0 && this.#state === 'started') await pause(clock, pauseMs);
    }
  }

  #plan(tallied: Tallied): void {
    this.#lastNumber += 1;
    this.#unanswered.push({ number: this.#lastNumber, tallied });
  }

  /** Turns what was counted into store calls, and counts from nothing. */
  #take(): void {
    const tallies: Tally[] = [...this.#endpoints.values(), ...this.#tenants.values()];
    if (this.#rest !== undefined) tallies.push(this.#rest);
    const at = this.#since ?? this.#parts.clock.wallNow();
    for (let from = 0; from < tallies.length; from += PER_CALL) {
      this.#plan({ at, tallies: tallies.slice(from, from + PER_CALL), pending: null });
    }
    this.#endpoints.clear();
    this.#tenants.clear();
    this.#rest = undefined;
    this.#since = undefined;
  }
}
