// The machine's time. Steady time is the kernel's monotonic clock, which no one can set, plus the offset that the store
// keeps for this boot.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { steady, wall } from '../domain/time.ts';
import type { Clock } from '../seams/clock.ts';

/** Longest single timer: Node fires at once what is further away than 2^31 - 1 ms, so long waits are cut into pieces. */
const MAX_TIMER_MS = 3_600_000;

/** Milliseconds of the machine's monotonic clock, the same for all processes of a boot. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/** Names this boot of the machine. Where the system gives no name, each start of the process counts as a boot. */
export function bootId(): string {
  return systemBootId() ?? `process-${randomUUID()}`;
}

/** The system's own name for this boot; `undefined` where it gives none. */
export function systemBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** @param offsetMs what makes the monotonic clock the steady one: see `Queue.clockOffset` */
export function systemClock(offsetMs: number): Clock {
  const now = () => steady(monotonicMs() + offsetMs);
  return {
    now,
    wallNow: () => wall(Date.now()),
    timer(at, fire) {
      let cancel: () => void;
      const arm = () => {
        const remaining = at - now();
        if (remaining <= 0) {
          // The next turn: a timer of Node's would wait for a millisecond.
          const immediate = setImmediate(fire);
          cancel = () => clearImmediate(immediate);
          return;
        }
        const wake = () => (now() >= at ? fire() : arm());
        const timeout = setTimeout(wake, Math.min(Math.ceil(remaining), MAX_TIMER_MS));
        cancel = () => clearTimeout(timeout);
      };
      arm();
      return () => cancel();
    },
  };
}
