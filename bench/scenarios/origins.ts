// Ten thousand endpoints, each on an origin of its own: connections cannot be kept for all of them, so what a TLS handshake
// costs shows. A loop that stores nothing has to make the same connections.
import { checkRatio } from '../measure/checks.ts';
import { interleave } from '../measure/rounds.ts';
import { bareLoop, drainPosthorn } from './draining.ts';
import type { Scenario } from './scenario.ts';

const ORIGINS = 10_000;
const ROUNDS = 2;
const DRAIN = { calls: 25_000, warmUp: 5_000 };

export const origins: Scenario = {
  name: 'origins',
  promise: 'ten thousand endpoints on distinct origins take no more than their connections cost',
  extents: ['full', 'long'],
  async run(world) {
    const spread = { ...DRAIN, origins: ORIGINS };
    const many = `${ORIGINS.toLocaleString('en')} origins`;
    const rows = await interleave(
      [
        bareLoop(world, 'posthorn', DRAIN, 'bare loop, one origin'),
        bareLoop(world, 'posthorn', spread, `bare loop, ${many}`),
        drainPosthorn(world, 'sqlite', DRAIN, 'sqlite, one origin'),
        drainPosthorn(world, 'sqlite', spread, `sqlite, ${many}`),
      ],
      ROUNDS,
      world.say,
    );
    return {
      unit: 'deliveries/s',
      rows,
      checks: [
        ...checkRatio(
          rows,
          { promise: `${many} to one`, of: `sqlite, ${many}`, to: 'sqlite, one origin', atLeast: 0.6 },
          false,
        ),
        ...checkRatio(
          rows,
          { promise: `${many} to a bare loop`, of: `sqlite, ${many}`, to: `bare loop, ${many}`, atLeast: 0.6 },
          false,
        ),
      ],
    };
  },
};
