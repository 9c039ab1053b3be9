// Accept to delivered at full load: producer, service and receiver share the machine, every event is posted by itself.
import { checkRatio } from '../measure/checks.ts';
import { rememberedRows } from '../measure/figures.ts';
import { guardCpu, guardRate } from '../measure/guards.ts';
import { interleave } from '../measure/rounds.ts';
import { bareLoop } from './draining.ts';
import { type Load, flow as through } from './posting.ts';
import type { Scenario, Sizes } from './scenario.ts';

const SIZES: Sizes<Load> = {
  quick: { rounds: 2, events: 6_000, warmUp: 12_000 },
  full: { rounds: 3, events: 15_000, warmUp: 25_000 },
  long: { rounds: 5, events: 25_000, warmUp: 40_000 },
};
const LOOP = 'bare loop';

export const flow: Scenario = {
  name: 'flow',
  promise: 'events flow at most of the speed of the same pipeline with a store that keeps nothing',
  quick: true,
  async run(world, extent) {
    const quick = extent === 'quick';
    const { rounds, ...load } = SIZES[extent];
    // The loop takes nothing in, so it is no target. It shows what has become dearer with every store.
    const loop = bareLoop(world, 'posthorn', { calls: load.events + load.warmUp, warmUp: load.warmUp }, LOOP);
    const [sqlite, postgres] = [through(world, 'sqlite', load), through(world, 'postgres', load)];
    // The guards compare both stores with the loop and nothing else: it is measured right before or after each of them.
    const variants = quick ? [sqlite, loop, postgres] : [loop, through(world, 'nothing', load), sqlite, postgres];
    const rows = await interleave(variants, rounds, world.say);
    const target = (kind: string, target: number) =>
      checkRatio(rows, { promise: `flow: ${kind} to nothing`, wants: 'at least', target, of: kind, to: 'nothing' });
    const compared = { scenario: 'flow', rows, remembered: rememberedRows('flow') };
    const guard = (kind: string) => [...guardRate(compared, kind, LOOP), ...guardCpu(compared, kind, LOOP)];
    const checks = quick
      ? [...guard('sqlite'), ...guard('postgres')]
      : [...target('sqlite', 0.7), ...target('postgres', 0.5)];
    return { unit: 'deliveries/s', rows, checks };
  },
};
