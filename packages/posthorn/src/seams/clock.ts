// The engine's only source of time.
import type { SteadyMs, WallMs } from '../domain/time.ts';

export interface Clock {
  /** Wall time, for people to read. May jump. */
  wallNow(): WallMs;
  /** Steady time, fractions included: never goes backwards, not even across a restart. For everything that waits. */
  now(): SteadyMs;
  /**
   * Calls `fire` once, at or after `at`, never before it. A moment in the past fires on a coming turn, never at once.
   * @returns cancels the timer; harmless after it fired
   */
  timer(at: SteadyMs, fire: () => void): () => void;
}
