// How much is pending in the store, asked only when somebody looks and not more often than every few seconds.
import { Gauge, type Registry } from 'prom-client';
import { steady } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';
import type { History, Pending } from '../../seams/store/history.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';

/** Counting stops here; more is shown as this many. It costs the embedded store about 1.5 ms. */
export const MAX_COUNTED = 10_000;
/** An answer is shown for this long, however many look, in milliseconds. */
const FRESH_MS = 5_000;
/** A store that takes longer is left out of this look: whoever scrapes waits about 10 s for everything. */
const PATIENCE_MS = 2_000;

export interface PendingSource {
  readonly store: Pick<History, 'pending'>;
  readonly clock: Clock;
}

export class PendingGauge {
  readonly #source: PendingSource;
  #last: Pending | undefined;
  #askedAt: number = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(source: PendingSource) {
    this.#source = source;
  }

  /** Adds the two gauges. A look that the store does not answer shows neither. */
  register(registers: Registry[]): void {
    const look = () => this.#look();
    const now = () => this.#source.clock.wallNow();
    new Gauge({
      name: 'posthorn_pending_deliveries',
      help: `Deliveries in the store that no process holds, by place; ${MAX_COUNTED} means as many or more.`,
      labelNames: ['place'],
      registers,
      async collect() {
        this.reset();
        const pending = await look();
        if (pending === undefined) return;
        for (const place of ['due', 'backlog', 'paused'] as const) this.set({ place }, pending[place]);
      },
    });
    new Gauge({
      name: 'posthorn_oldest_pending_seconds',
      help: 'Age of the oldest pending delivery whose endpoint is enabled; 0 when there is none.',
      // With a list of labels, empty, there is no value until one is set.
      labelNames: ['store'],
      registers,
      async collect() {
        this.reset();
        const pending = await look();
        if (pending === undefined) return;
        const at = pending.oldestCreatedAt;
        this.set({}, at === null ? 0 : Math.max(0, now() - at) / 1_000);
      },
    });
  }

  /** The store's answer, at most `FRESH_MS` old; `undefined` when it does not answer in time. */
  async #look(): Promise<Pending | undefined> {
    const { clock } = this.#source;
    if (clock.now() - this.#askedAt < FRESH_MS && this.#asking === undefined) return this.#last;
    this.#asking ??= this.#ask();
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const cancel = clock.timer(steady(clock.now() + PATIENCE_MS), resolve);
    const inTime = await Promise.race([this.#asking.then(() => true), over.then(() => false)]);
    cancel();
    return inTime ? this.#last : undefined;
  }

  async #ask(): Promise<void> {
    try {
      this.#last = await this.#source.store.pending(MAX_COUNTED);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#last = undefined;
    } finally {
      this.#askedAt = this.#source.clock.now();
      this.#asking = undefined;
    }
  }
}
