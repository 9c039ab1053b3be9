// Draining a backlog: how much of what the machine can sign and send is left when every delivery is claimed and recorded.
import { checkRatio } from '../measure/checks.ts';
import { interleave } from '../measure/rounds.ts';
import { bareLoop, drainPosthorn } from './draining.ts';
import type { Scenario } from './scenario.ts';

const SIZES = {
  quick: { rounds: 2, calls: 12_000, warmUp: 4_000 },
  full: { rounds: 5, calls: 25_000, warmUp: 7_000 },
};

export const drain: Scenario = {
  name: 'drain',
  promise: 'a backlog drains at most of the speed of a loop that stores nothing',
  extents: ['quick', 'full'],
  async run(world, extent) {
    const quick = extent === 'quick';
    const { rounds, ...size } = quick ? SIZES.quick : SIZES.full;
    const variants = [
      bareLoop(world, 'posthorn', size, 'bare loop'),
      drainPosthorn(world, 'sqlite', size),
      drainPosthorn(world, 'postgres', size),
      ...(quick ? [] : [bareLoop(world, 'undici', size, 'undici loop')]),
    ];
    const rows = await interleave(variants, rounds, world.say);
    return {
      unit: 'deliveries/s',
      rows,
      checks: [
        ...checkRatio(rows, { promise: 'SQLite to bare loop', of: 'sqlite', to: 'bare loop', atLeast: 0.75 }, quick),
        ...checkRatio(
          rows,
          { promise: 'Postgres to bare loop', of: 'postgres', to: 'bare loop', atLeast: 0.55 },
          quick,
        ),
      ],
    };
  },
};
