// Waiting, on the engine's own clock.
import { steady } from '../domain/time.ts';
import type { Clock } from '../seams/clock.ts';

/** Resolves after at least `ms` milliseconds of steady time. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.timer(steady(clock.now() + ms), resolve);
  });
}
