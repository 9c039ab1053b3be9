// Waiting for real processes: for a condition, with a limit and a sentence for when it is over. And the one clock that all
// processes of the machine share.
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '../../src/adapters/clock.ts';

const POLL_MS = 20;

/** Milliseconds of the machine's monotonic clock: the same in the harness, the receiver and the service. */
export const now = monotonicMs;

/** Lets time pass: for the moment of a fault, which is drawn, never for something to have happened. */
export async function pass(ms: number): Promise<void> {
  await delay(ms);
}

/**
 * Resolves as soon as `holds` answers true.
 * @returns the milliseconds it took
 * @throws after `limitMs`, saying what was waited for
 */
export async function until(what: string, limitMs: number, holds: () => boolean | Promise<boolean>): Promise<number> {
  const began = now();
  while (!(await holds())) {
    if (now() - began > limitMs) throw new Error(`waited ${Math.round(limitMs / 1_000)} s in vain: ${what}`);
    await delay(POLL_MS);
  }
  return now() - began;
}
