// The cost of a service that has nothing to do. Whether it polls its store is seen from outside: by how often the storage
// thread wakes up, or by the transactions that Postgres has counted.
import { setTimeout as delay } from 'node:timers/promises';
import { judge } from '../measure/checks.ts';
import { cpuOf, memoryMiB, storageWakeUps } from '../measure/cpu.ts';
import { rowOf, valuesOf } from '../measure/rounds.ts';
import { TENANT } from '../world/fill.ts';
import { askPostgres, type Place, type StoreKind } from '../world/places.ts';
import { runOn, subscribe } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { expectNoFailures, post } from './posting.ts';
import type { Scenario } from './scenario.ts';

/** After the start and a few calls, until all is quiet. */
const END_MS = 5_000;
const WATCHED_MS = 20_000;
const CALLS = 100;
const MAX_CORE_PERCENT = 1;
const MAX_MEMORY_MIB = 120;
/**
 * On Postgres every 5 s a heartbeat is four transactions, which look for what other processes have left, and vacuuming adds
 * some. Looking for work twice a second would already be more.
 */
const MAX_STORE_USES_PER_SECOND = 2;

const MEMORY = 'MiB';
const STORE_USES = 'uses of the store per s';
const TRANSACTIONS = `
  select xact_commit + xact_rollback as answer from pg_stat_database where datname = current_database()`;

export const idle: Scenario = {
  name: 'idle',
  promise: `idle, it takes less than ${MAX_CORE_PERCENT} % of a core and ${MAX_MEMORY_MIB} MiB, and does not poll`,
  quick: false,
  async run(world) {
    const kinds = ['sqlite', 'postgres'] as const;
    const ready = [];
    for (const kind of kinds) ready.push(await start(world, kind));
    // At the same time: neither has anything to do.
    const watched = await Promise.all(ready.map(watch));
    const rows = watched.map(({ kind, ...measured }) => rowOf(kind, [measured]));
    const checks = rows.flatMap(({ variant, rounds, more }) => {
      const atMost = (what: string, unit: string, target: number, values: readonly number[]) =>
        judge({ promise: `idle: ${variant}, ${what}`, wants: 'at most', target, unit }, values);
      return [
        atMost('CPU', ' %', MAX_CORE_PERCENT, valuesOf(rounds)),
        atMost('memory', ' MiB', MAX_MEMORY_MIB, [more[MEMORY] ?? Number.NaN]),
        atMost(STORE_USES, '', MAX_STORE_USES_PER_SECOND, [more[STORE_USES] ?? Number.NaN]),
      ];
    });
    return { unit: '% of a core', rows, checks };
  },
};

/** A service that has started, made a few calls, and has nothing more to do. */
async function start(world: World, kind: StoreKind) {
  const { origins } = await world.receiver();
  const place = await world.places.make(kind);
  const running = await runOn(world, place);
  await subscribe(running.url, TENANT, [`${origins[0]}/hook`]);
  await post(world, running, { events: CALLS, warmUp: 0 });
  await expectNoFailures(running);
  return { place, running };
}

async function watch({ place, running }: Awaited<ReturnType<typeof start>>) {
  await delay(END_MS);
  const usesBefore = await storeUses(place, running.pid);
  const before = cpuOf(running.pid);
  await delay(WATCHED_MS);
  const percent = (cpuOf(running.pid) - before) / WATCHED_MS / 10;
  const uses = ((await storeUses(place, running.pid)) - usesBefore) / (WATCHED_MS / 1_000);
  const memory = memoryMiB(running.pid);
  await running[Symbol.asyncDispose]();
  return { kind: place.kind, value: percent, more: { [MEMORY]: memory, [STORE_USES]: uses } };
}

async function storeUses(place: Place, pid: number): Promise<number> {
  if (place.kind === 'sqlite') return storageWakeUps(pid) ?? Number.NaN;
  return await askPostgres(place.where, TRANSACTIONS);
}
