// Draining a backlog: how much of what the machine can sign and send is left when every delivery is claimed and recorded.
import { checkRatio } from '../measure/checks.ts';
import { rememberedRows } from '../measure/figures.ts';
import { guardCpu, guardRate } from '../measure/guards.ts';
import { interleave } from '../measure/rounds.ts';
import { bareLoop, type Drain, drainPosthorn } from './draining.ts';
import type { Scenario, Sizes } from './scenario.ts';

/** Code is compiled for about 30,000 deliveries: with 7,000 before, one still cost a quarter more. */
const SIZES: Sizes<Drain> = {
  quick: { rounds: 2, calls: 21_000, warmUp: 15_000 },
  full: { rounds: 3, calls: 50_000, warmUp: 30_000 },
  long: { rounds: 5, calls: 80_000, warmUp: 40_000 },
};
const LOOP = 'bare loop';

export const drain: Scenario = {
  name: 'drain',
  promise: 'a backlog drains at most of the speed of a loop that stores nothing',
  quick: true,
  async run(world, extent) {
    const quick = extent === 'quick';
    const { rounds, ...size } = SIZES[extent];
    const loop = bareLoop(world, 'posthorn', size, LOOP);
    const [sqlite, postgres] = [drainPosthorn(world, 'sqlite', size), drainPosthorn(world, 'postgres', size)];
    // The guards compare both stores with the loop and nothing else: it is measured right before or after each of them.
    const variants = quick
      ? [sqlite, loop, postgres]
      : [loop, sqlite, postgres, bareLoop(world, 'undici', size, 'undici loop')];
    const rows = await interleave(variants, rounds, world.say);
    const target = (kind: string, target: number) =>
      checkRatio(rows, { promise: `drain: ${kind} to ${LOOP}`, wants: 'at least', target, of: kind, to: LOOP });
    const compared = { scenario: 'drain', rows, remembered: rememberedRows('drain') };
    const guard = (kind: string) => [...guardRate(compared, kind, LOOP), ...guardCpu(compared, kind, LOOP)];
    const checks = quick
      ? [...guard('sqlite'), ...guard('postgres')]
      : [...target('sqlite', 0.75), ...target('postgres', 0.55)];
    return { unit: 'deliveries/s', rows, checks };
  },
};
