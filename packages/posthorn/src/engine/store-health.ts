// Whether the store does its work: told by everyone who calls it, reported once per change. And the one way to repeat a call
// that must be made sooner or later.
import type { Clock } from '../seams/clock.ts';
import { StoreUnavailable } from '../seams/store/index.ts';
import { pause } from './pause.ts';
import type { ReportListener } from './reports.ts';

/** First and longest wait before the store is asked again, in milliseconds. */
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;
/**
 * On a full disk some calls go well: reads, and what finds nothing to change. The store counts as available again when this
 * long no call has failed, in milliseconds.
 */
const CALM_MS = 2_000;

export class StoreHealth {
  readonly #clock: Clock;
  readonly #report: ReportListener;
  #problem: string | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #retrying = true;

  constructor(clock: Clock, report: ReportListener) {
    this.#clock = clock;
    this.#report = report;
  }

  /** The store's fault, now or a moment ago; `undefined` while there is none. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Runs a store call and notes whether the store answered. Errors pass through. */
  async watch<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call();
      if (this.#problem !== undefined && this.#clock.now() - this.#failedAt >= CALM_MS) {
        this.#problem = undefined;
        this.#report({ kind: 'store_available' });
      }
      return result;
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#note(error);
      throw error;
    }
  }

  /** Runs a store call again and again until the store has answered it; `undefined` once `stopRetrying` was called. */
  async retryUntilDone<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    for (let delayMs = RETRY_MIN_MS; this.#retrying; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      try {
        return await this.watch(call);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        await pause(this.#clock, delayMs);
      }
    }
    return undefined;
  }

  #note({ code, message }: StoreUnavailable): void {
    this.#report({ kind: 'store_call_failed', code, message });
    const known = this.#problem !== undefined;
    this.#failedAt = this.#clock.now();
    this.#problem = message;
    if (!known) this.#report({ kind: 'store_unavailable', message });
  }

  /** Ends all repeating: the process is about to end, and what is not stored is left to whoever takes over its leases. */
  stopRetrying(): void {
    this.#retrying = false;
  }
}
