// Removes history that is older than it is kept, in small steps off the hot path.
import { steady, wall } from '../domain/time.ts';
import type { Clock } from '../seams/clock.ts';
import type { History } from '../seams/store/history.ts';
import { StoreUnavailable } from '../seams/store/index.ts';
import { pause } from './pause.ts';

const DAY_MS = 86_400_000;
/** From the start to the first round, and from one round to the next. */
const FIRST_ROUND_MS = 60_000;
const ROUND_MS = 3_600_000;
/** Rows per transaction, and the pause after it: deliveries go first. */
const STEP_ROWS = 500;
const STEP_PAUSE_MS = 50;

export class Retention {
  readonly #store: History;
  readonly #clock: Clock;
  readonly #days: number;
  #cancelTimer: () => void = () => {};
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(store: History, clock: Clock, days: number) {
    this.#store = store;
    this.#clock = clock;
    this.#days = days;
  }

  start(): void {
    this.#schedule(FIRST_ROUND_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#round;
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#clock.timer(steady(this.#clock.now() + delayMs), () => {
      this.#round = this.#prune();
    });
  }

  async #prune(): Promise<void> {
    // The earlier of the two clocks: a wall clock that jumps ahead must not take history with it.
    const before = wall(Math.min(this.#clock.wallNow(), this.#clock.now()) - this.#days * DAY_MS);
    try {
      while (!this.#stopped && (await this.#store.prune(before, STEP_ROWS)) > 0)
        await pause(this.#clock, STEP_PAUSE_MS);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    this.#schedule(ROUND_MS);
  }
}
