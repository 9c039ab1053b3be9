// What a service costs that has nothing to do.
import { setTimeout as delay } from 'node:timers/promises';
import { judge } from '../measure/checks.ts';
import { rowOf } from '../measure/rounds.ts';
import { cpuTime, memoryMiB } from '../world/cpu.ts';
import { TENANT } from '../world/fill.ts';
import { type Keeper, run, subscribe } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { expectNoFailures, post } from './posting.ts';
import type { Scenario } from './scenario.ts';

/** After the start and a few calls, until all is quiet. */
const SETTLE_MS = 5_000;
const WATCHED_MS = 10_000;
const CALLS = 100;
const MAX_CORE_PERCENT = 1;
const MAX_MEMORY_MIB = 120;

export const idle: Scenario = {
  name: 'idle',
  promise: `idle, it takes less than ${MAX_CORE_PERCENT} % of a core and ${MAX_MEMORY_MIB} MiB`,
  extents: ['full', 'long'],
  async run(world) {
    const rows = [];
    for (const keeper of ['sqlite', 'postgres'] as const) {
      const measured = await watch(world, keeper);
      rows.push(rowOf(keeper, [measured]));
    }
    const checks = rows.flatMap(({ variant, values, more }) => [
      judge({ promise: `idle: ${variant} CPU`, wants: 'at most', target: MAX_CORE_PERCENT, unit: ' %' }, values),
      judge({ promise: `idle: ${variant} memory`, wants: 'at most', target: MAX_MEMORY_MIB, unit: ' MiB' }, [
        more['MiB'] ?? Number.NaN,
      ]),
    ]);
    return { unit: '% of a core', rows, checks };
  },
};

async function watch(world: World, keeper: Keeper) {
  const { origins } = await world.receiver();
  await using running = await run(world, keeper);
  await subscribe(running.url, TENANT, [`${origins[0]}/hook`]);
  await post(world, running, { events: CALLS, warmUp: 0 });
  await expectNoFailures(running);
  await delay(SETTLE_MS);
  const before = spent(running.pid);
  await delay(WATCHED_MS);
  const percent = (spent(running.pid) - before) / WATCHED_MS / 10;
  return { value: percent, more: { MiB: memoryMiB(running.pid) } };
}

/** Microseconds. */
function spent(pid: number): number {
  const { main, others } = cpuTime(pid);
  return main + others;
}
