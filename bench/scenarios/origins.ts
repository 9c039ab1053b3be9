// Ten thousand endpoints, each on an origin of its own: connections cannot be kept for all of them, so what a TLS handshake
// costs shows. A loop that stores nothing has to make the same connections.
import { checkRatio } from '../measure/checks.ts';
import { interleave } from '../measure/rounds.ts';
import { bareLoop, type Drain, drainPosthorn } from './draining.ts';
import type { Scenario, Sizes } from './scenario.ts';

const ORIGINS = 10_000;
/** Each origin is called once before: what is measured is a service that has been running for a while. */
const SIZES: Sizes<Drain> = {
  quick: { rounds: 1, calls: 22_000, warmUp: 11_000 },
  full: { rounds: 2, calls: 22_000, warmUp: 11_000 },
  long: { rounds: 3, calls: 40_000, warmUp: 11_000 },
};

export const origins: Scenario = {
  name: 'origins',
  promise: 'ten thousand endpoints on distinct origins take no more than their connections cost',
  quick: false,
  async run(world, extent) {
    const { rounds, ...size } = SIZES[extent];
    const spread = { ...size, origins: ORIGINS };
    const many = `${ORIGINS.toLocaleString('en')} origins`;
    const rows = await interleave(
      [
        bareLoop(world, 'posthorn', size, 'bare loop, one origin'),
        bareLoop(world, 'posthorn', spread, `bare loop, ${many}`),
        drainPosthorn(world, 'sqlite', size, 'sqlite, one origin'),
        drainPosthorn(world, 'sqlite', spread, `sqlite, ${many}`),
      ],
      rounds,
      world.say,
    );
    const target = (of: string, to: string) =>
      checkRatio(rows, { promise: `origins: ${of} to ${to}`, wants: 'at least', target: 0.6, of, to });
    return {
      unit: 'deliveries/s',
      rows,
      checks: [...target(`sqlite, ${many}`, 'sqlite, one origin'), ...target(`sqlite, ${many}`, `bare loop, ${many}`)],
      notes: [
        'Connections cannot be kept for so many origins, so nearly every call begins with a TLS handshake. Its cost is the distance between the two loops.',
      ],
    };
  },
};
