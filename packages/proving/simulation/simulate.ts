// One simulated run from its seed, and, when it fails, the search for the fewest faults with which it still does.
import type { Store } from '../../posthorn/src/seams/store/index.ts';
import { Dice } from '../../posthorn/tests/support/dice.ts';
import { drawFaults, type Fault } from './faults.ts';
import { violations } from './invariants.ts';
import { type Mutation, SCHEDULE_MS, World } from './world.ts';

export interface Run {
  readonly seed: number;
  readonly hours: number;
  readonly faults: readonly Fault[];
}

export interface Verdict {
  readonly violations: readonly string[];
  readonly events: number;
  readonly calls: number;
  readonly trace: readonly string[];
}

const HOUR_MS = 3_600_000;
/** Runs spent on finding the smallest failing set of faults. */
const MAX_SHRINK_RUNS = 60;

/** Every third seed runs three processes on one store, the others one. */
export function processesOf(seed: number): number {
  return seed % 3 === 0 ? 3 : 1;
}

export function planRun(seed: number, hours: number): Run {
  return { seed, hours, faults: drawFaults(new Dice(seed), hours * HOUR_MS, processesOf(seed)) };
}

/** @param makeStore a new empty store that takes effect at once: the production statements on an in-memory database */
export async function simulate(run: Run, makeStore: () => Store, mutation?: Mutation): Promise<Verdict> {
  const store = makeStore();
  const world = new World(run.seed, store, processesOf(run.seed), mutation);
  await world.run(run.hours * HOUR_MS, run.faults);
  const broken = await violations(world.ledger, store, world.reader, SCHEDULE_MS, world.time.wallNow);
  const left = await world.stop();
  await store.close();
  return {
    violations: [...broken, ...world.concurrencies.violations, ...left],
    events: world.ledger.accepted.size,
    calls: world.ledger.calls.length,
    trace: world.trace,
  };
}

/** Drops halves, then quarters, then single faults, as long as the run still fails without them. */
export async function shrink(run: Run, fails: (run: Run) => Promise<boolean>): Promise<Run> {
  let smallest = run;
  let runs = 0;
  for (let size = Math.ceil(run.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < smallest.faults.length && runs < MAX_SHRINK_RUNS; ) {
      const fewer = { ...smallest, faults: smallest.faults.toSpliced(from, size) };
      runs += 1;
      if (await fails(fewer)) smallest = fewer;
      else from += size;
    }
  }
  return smallest;
}
