// Accept to delivered at full load: producer, service and receiver share the machine, every event is posted by itself.
import { checkRatio } from '../measure/checks.ts';
import { interleave } from '../measure/rounds.ts';
import { flow as through } from './posting.ts';
import type { Scenario } from './scenario.ts';

const SIZES = {
  quick: { rounds: 2, events: 8_000, warmUp: 3_000 },
  full: { rounds: 5, events: 12_000, warmUp: 4_000 },
};

export const flow: Scenario = {
  name: 'flow',
  promise: 'events flow at most of the speed of the same pipeline with a store that keeps nothing',
  extents: ['quick', 'full', 'long'],
  async run(world, extent) {
    const quick = extent === 'quick';
    const { rounds, ...load } = quick ? SIZES.quick : SIZES.full;
    const keepers = ['nothing', 'sqlite', 'postgres'] as const;
    const rows = await interleave(
      keepers.map((keeper) => through(world, keeper, load)),
      rounds,
      world.say,
    );
    return {
      unit: 'deliveries/s',
      rows,
      checks: [
        ...checkRatio(rows, { promise: 'flow: SQLite to nothing', of: 'sqlite', to: 'nothing', atLeast: 0.7 }, quick),
        ...checkRatio(
          rows,
          { promise: 'flow: Postgres to nothing', of: 'postgres', to: 'nothing', atLeast: 0.5 },
          quick,
        ),
      ],
    };
  },
};
