// A bound on how often something may begin: a few at a time, the next few some milliseconds or a turn later.
import { steady } from '../../domain/time.ts';
import type { Clock } from '../../seams/clock.ts';

export class StartLimit {
  readonly #clock: Clock;
  readonly #perStep: number;
  readonly #stepMs: number;
  readonly #onReady: () => void;
  #left: number;
  #resting = false;

  /**
   * @param perStep so many may begin at once, and then none …
   * @param stepMs … for so many milliseconds; 0: until the next turn of the event loop
   * @param onReady some may begin again
   */
  constructor(clock: Clock, perStep: number, stepMs: number, onReady: () => void) {
    this.#clock = clock;
    this.#perStep = perStep;
    this.#stepMs = stepMs;
    this.#onReady = onReady;
    this.#left = perStep;
  }

  /** Whether one may begin. */
  get ready(): boolean {
    return this.#left > 0;
  }

  /** One has begun. Only when `ready`. */
  take(): void {
    this.#left -= 1;
    if (this.#left > 0 || this.#resting) return;
    this.#resting = true;
    this.#clock.timer(steady(this.#clock.now() + this.#stepMs), () => {
      this.#resting = false;
      this.#left = this.#perStep;
      this.#onReady();
    });
  }

  /** One more may begin before the step is over, but never more than `perStep` at once. */
  grant(): void {
    this.#left = Math.min(this.#left + 1, this.#perStep);
  }
}
