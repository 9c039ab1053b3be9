// The faults of a run, drawn from the seed before it begins, so that a failing run can be repeated with fewer faults
// until only those are left that matter.
import type { Dice } from '../../posthorn/tests/support/dice.ts';

export type Fault =
  /** A process is killed and comes back. */
  | { readonly at: number; readonly kind: 'kill'; readonly process: number; readonly awayMs: number }
  /** A process is stopped (SIGSTOP, a paused machine) and goes on. */
  | { readonly at: number; readonly kind: 'freeze'; readonly process: number; readonly forMs: number }
  /** The store does not answer. */
  | { readonly at: number; readonly kind: 'outage'; readonly forMs: number }
  /** The store hangs: what waits for it is answered when that ends, all at once. */
  | { readonly at: number; readonly kind: 'stall'; readonly forMs: number }
  /** The wall clock jumps. */
  | { readonly at: number; readonly kind: 'jump'; readonly byMs: number }
  /** Store calls fail, lose their answers or are slow for a while. */
  | {
      readonly at: number;
      readonly kind: 'errors' | 'lost_replies' | 'slow';
      readonly forMs: number;
      readonly chance: number;
    };

export const FAULT_KINDS = ['kill', 'freeze', 'outage', 'jump', 'errors', 'lost_replies', 'slow', 'stall'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const MINUTE = 60_000;

/** Mean time between two faults of a kind. */
const MEAN_MS: Record<FaultKind, number> = {
  kill: 12 * MINUTE,
  freeze: 20 * MINUTE,
  outage: 15 * MINUTE,
  jump: 20 * MINUTE,
  errors: 10 * MINUTE,
  lost_replies: 10 * MINUTE,
  slow: 10 * MINUTE,
  stall: 15 * MINUTE,
};

/** Draws the faults of a run. Each run first draws which kinds are on: an even mix of everything hides what one does alone. */
export function drawFaults(dice: Dice, durationMs: number, processes: number): Fault[] {
  const faults: Fault[] = [];
  for (const kind of FAULT_KINDS) {
    if (!dice.chance(0.6)) continue;
    const strength = dice.pick([0.3, 1, 1, 3]);
    for (
      let at = dice.interval(MEAN_MS[kind] / strength);
      at < durationMs;
      at += dice.interval(MEAN_MS[kind] / strength)
    ) {
      faults.push(draw(kind, at, dice, processes));
    }
  }
  return faults.sort((a, b) => a.at - b.at);
}

function draw(kind: FaultKind, at: number, dice: Dice, processes: number): Fault {
  const process = dice.between(0, processes - 1);
  switch (kind) {
    case 'kill':
      return { at, kind, process, awayMs: dice.pick([50, 1_000, 20_000, 120_000]) };
    case 'freeze':
      return { at, kind, process, forMs: dice.between(1_000, 150_000) };
    case 'outage':
      return { at, kind, forMs: dice.pick([500, 5_000, 30_000, 90_000]) };
    case 'stall':
      // Most end about when processes give up what they hold, and when others take it over: 40 and 45 s after a heartbeat.
      return { at, kind, forMs: dice.chance(0.25) ? dice.between(500, 10_000) : dice.between(36_000, 56_000) };
    case 'jump':
      return { at, kind, byMs: dice.pick([-86_400_000, -3_600_000, -60_000, 60_000, 3_600_000, 86_400_000]) };
    case 'errors':
    case 'lost_replies':
    case 'slow':
      return { at, kind, forMs: dice.between(1_000, 120_000), chance: dice.pick([0.01, 0.1, 0.5]) };
  }
}
