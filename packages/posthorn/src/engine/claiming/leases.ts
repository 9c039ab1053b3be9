// Proof of life. This process's heartbeat keeps its leases; the heartbeats of the others are watched on our own clock, and
// the work of one that stays silent is taken over. A process that cannot prove that it lives starts nothing, and before
// the others may take it for dead it ends what it has begun.
import { afterCrash } from '../../domain/delivery.ts';
import type { OwnerId } from '../../domain/ids.ts';
import { type SteadyMs, steady, wholeMs } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { CutOffDelivery, OwnerBeat, Queue } from '../../seams/store/queue.ts';
import { attemptRecord } from '../calling/attempt-record.ts';
import type { Holdings } from '../calling/holdings.ts';
import type { Ended, Recorder } from '../calling/recorder.ts';
import type { DueNotice } from '../due-notice.ts';
import type { ReportListener } from '../reports.ts';
import type { StoreHealth } from '../store-health.ts';

/** Between two heartbeats on a store that others use too. */
const BEAT_MS = 5_000;
/** Between two heartbeats on a store of our own: nobody watches, but the store learns the time (see `clockOffset`). */
const EXCLUSIVE_BEAT_MS = 60_000;
/** After this long without a heartbeat another process is taken for dead. */
const LEASE_MS = 45_000;
/** After this long without a heartbeat of our own we start nothing. */
const FRESH_MS = 15_000;
/** After this long without a heartbeat of our own we end what we have begun: earlier than anybody takes it over. */
const CUT_OFF_MS = 40_000;

interface Parts {
  readonly store: Queue;
  readonly clock: Clock;
  readonly holdings: Holdings;
  readonly health: StoreHealth;
  readonly recorder: Pick<Recorder, 'add'>;
  readonly due: DueNotice;
  readonly report: ReportListener;
}

/** The leases' calls to the rest of the engine. */
export interface LeaseEvents {
  /** Leases are fresh again: attempts may be started. */
  onFresh(): void;
  /** Everything in hand must be dropped, and calls under way cut off. */
  onLost(): void;
}

export class Leases {
  readonly #parts: Parts;
  readonly #events: LeaseEvents;
  /** Others' latest beats and when, on our clock, each was first seen. */
  readonly #others = new Map<OwnerId, { beat: number; seenAt: SteadyMs }>();
  /** The name that the store knows, and whether it is just being told one. */
  #registered: OwnerId | undefined;
  #registering = false;
  #provenAt: SteadyMs | undefined;
  #cancelTimer: () => void = () => {};
  #cancelCutOff: () => void = () => {};
  #beating: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: Parts, events: LeaseEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  /** Whether attempts may be started. */
  get fresh(): boolean {
    if (this.#provenAt === undefined) return false;
    return this.#parts.store.exclusive || this.#parts.clock.now() - this.#provenAt < FRESH_MS;
  }

  /** Registers this process and takes over what is known to be dead. */
  async start(): Promise<void> {
    await this.#beat();
    this.#schedule();
  }

  /** Ends the heartbeat; leases given back must be given back before `leave`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    this.#cancelCutOff();
    await this.#beating;
  }

  /** Takes this process off the list of the living. */
  async leave(): Promise<void> {
    const { store, holdings, health } = this.#parts;
    await health.retryUntilDone(() => store.leave(holdings.owner));
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { clock, store } = this.#parts;
    const intervalMs = store.exclusive ? EXCLUSIVE_BEAT_MS : BEAT_MS;
    this.#cancelTimer = clock.timer(steady(clock.now() + intervalMs), () => {
      if (!this.#registering) this.#beating = this.#tryToBeat();
      this.#schedule();
    });
  }

  async #tryToBeat(): Promise<void> {
    try {
      await this.#beat();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async #beat(): Promise<void> {
    const { store, clock, holdings, health } = this.#parts;
    const { owner } = holdings;
    // The first beat under a name follows its registration: one that overtook it would take the process for dead again.
    if (this.#registered !== owner) await this.#register(owner);
    const sentAt = clock.now();
    const others = await health.watch(() => store.beat(owner, wholeMs(sentAt)));
    // Beats overlap when the store is slow: what comes late under a name that was given up says nothing about the new one.
    if (this.#stopped || holdings.owner !== owner) return;
    if (others === undefined) return await this.#startOver();
    this.#prove(sentAt);
    this.#events.onFresh();
    await this.#watch(others);
    if (!store.exclusive) this.#parts.due.lookAround();
  }

  /** A beat counts from the moment it was sent: the others may have seen it as early as that. */
  #prove(sentAt: SteadyMs): void {
    // One that was answered late proves less than those that overtook it.
    if (this.#provenAt !== undefined && sentAt <= this.#provenAt) return;
    const { store, clock } = this.#parts;
    this.#provenAt = sentAt;
    this.#cancelCutOff();
    if (store.exclusive) return;
    this.#cancelCutOff = clock.timer(steady(sentAt + CUT_OFF_MS), () => this.#events.onLost());
  }

  /** We have been taken for dead: our deliveries belong to others. Go on under a new name. */
  async #startOver(): Promise<void> {
    const { holdings, report } = this.#parts;
    report({ kind: 'declared_dead', owner: holdings.owner });
    this.#provenAt = undefined;
    this.#cancelCutOff();
    this.#events.onLost();
    holdings.startOver();
    await this.#beat();
  }

  async #register(owner: OwnerId): Promise<void> {
    const { store, health } = this.#parts;
    this.#registering = true;
    try {
      await health.watch(() => store.join(owner));
      this.#registered = owner;
    } finally {
      this.#registering = false;
    }
  }

  async #watch(others: readonly OwnerBeat[]): Promise<void> {
    const now = this.#parts.clock.now();
    const present = new Set(others.map(({ owner }) => owner));
    for (const owner of this.#others.keys()) if (!present.has(owner)) this.#others.delete(owner);
    for (const other of others) {
      const known = this.#others.get(other.owner);
      if (known === undefined || known.beat !== other.beat) {
        this.#others.set(other.owner, { beat: other.beat, seenAt: now });
      }
      const silentMs = now - (this.#others.get(other.owner)?.seenAt ?? now);
      if (this.#parts.store.exclusive || silentMs >= LEASE_MS) await this.#takeOver(other);
    }
  }

  async #takeOver(dead: OwnerBeat): Promise<void> {
    const { store, clock, holdings, recorder, due, report } = this.#parts;
    const at = wholeMs(clock.now());
    const cutOff = await holdings.lease(async (owner) => {
      const deliveries = await store.takeOver(owner, dead, at);
      for (const { delivery } of deliveries ?? []) holdings.add(delivery, { since: 'due', at });
      return deliveries;
    });
    this.#others.delete(dead.owner);
    if (cutOff === undefined) return;
    report({ kind: 'took_over', dead: dead.owner, cutOff: cutOff.length });
    for (const one of cutOff) void recorder.add(this.#interrupted(one, at));
    due.lookAround();
  }

  #interrupted({ delivery, attemptId, startedAt, madeFrom }: CutOffDelivery, at: SteadyMs): Ended {
    return {
      owner: this.#parts.holdings.owner,
      delivery,
      record: attemptRecord(delivery, {
        attemptId,
        madeFrom,
        startedAt,
        endedAt: this.#parts.clock.wallNow(),
        result: {
          outcome: 'interrupted',
          connectMs: null,
          durationMs: 0,
          repeated: false,
          response: null,
          error:
            'Posthorn was stopped during this attempt, so its result is not known. It does not count as a failure.',
        },
        next: afterCrash(delivery, at),
      }),
    };
  }
}
