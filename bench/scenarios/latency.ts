// How long an event takes from its producer's request to the receiver, at a moderate load.
import { type Check, judge } from '../measure/checks.ts';
import { interleave, type Row, valuesOf } from '../measure/rounds.ts';
import { TENANT } from '../world/fill.ts';
import { type Keeper, run, subscribe } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { post } from './posting.ts';
import type { Scenario } from './scenario.ts';

const EVENTS_PER_SECOND = 500;
const WARM_UP = 12_000;
const P50_MS = 5;
const P99_MS = 25;

export const latency: Scenario = {
  name: 'latency',
  promise: `at ${EVENTS_PER_SECOND} events/s half are at the receiver within ${P50_MS} ms, 99 % within ${P99_MS} ms`,
  quick: false,
  async run(world) {
    const keepers = ['nothing', 'sqlite', 'postgres'] as const;
    const rows = await interleave(
      keepers.map((keeper) => ({ name: keeper, measure: () => paced(world, keeper) })),
      3,
      world.say,
    );
    return { unit: 'p99 ms', rows, checks: rows.flatMap(checksOf) };
  },
};

async function paced(world: World, keeper: Keeper) {
  const { origins } = await world.receiver();
  await using running = await run(world, keeper);
  await subscribe(running.url, TENANT, [`${origins[0]}/hook`]);
  const load = { events: 6 * EVENTS_PER_SECOND, warmUp: WARM_UP, eventsPerSecond: EVENTS_PER_SECOND };
  const { spent, received } = await post(world, running, load);
  const { least, p50, p99, most } = received.latency;
  return { value: p99, cpuUs: spent.cpuUs, more: { 'least ms': least, 'p50 ms': p50, 'most ms': most } };
}

function checksOf({ variant, rounds, more }: Row): Check[] {
  if (variant === 'nothing') return [];
  const limit = { wants: 'at most', unit: ' ms' } as const;
  return [
    judge({ ...limit, promise: `latency: ${variant} p50`, target: P50_MS }, [more['p50 ms'] ?? Number.NaN]),
    judge({ ...limit, promise: `latency: ${variant} p99`, target: P99_MS }, valuesOf(rounds)),
  ];
}
