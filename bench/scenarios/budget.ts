// Where the time goes: a delivery's microseconds by what they are spent on, from sampled profiles of the event loop and of
// the storage thread, on a service that has much to do.
import { join } from 'node:path';
import { IDLE, LOOP_PHASES, loopSorting, STORAGE_PHASES, storageSorting } from '../budget/phases.ts';
import { type Span, timeByPurpose } from '../budget/profile.ts';
import { ProfileFolder } from '../budget/profiles.ts';
import { type Row, rowOf } from '../measure/rounds.ts';
import { type Spent, startCounting } from '../measure/usage.ts';
import type { Received } from '../processes/receiver.ts';
import { asOwner, fill, makeEndpoints, TENANT } from '../world/fill.ts';
import { type Place, type StoreKind, useStore } from '../world/places.ts';
import { runOn, subscribe } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { post } from './posting.ts';
import type { Scenario } from './scenario.ts';

const DRAIN = { calls: 70_000, warmUp: 40_000 };
const FLOW = { events: 20_000, warmUp: 25_000 };

/** Microseconds per delivery, by thread and phase. */
type Budget = ReadonlyMap<string, number>;

interface Case {
  readonly name: string;
  readonly budget: Budget;
}

/** The work while a service was profiled. */
interface Work {
  readonly span: Span;
  readonly deliveries: number;
  /** CPU time of the event loop, in microseconds per delivery, as the system counts it. */
  readonly loopUs: number;
  /** In which it was ready to run and had no core, likewise. */
  readonly waitedUs: number;
}

const NO_CORE = 'waits for a core';

const LOOP = (phase: string) => `loop: ${phase}`;
const STORAGE = (phase: string) => `storage thread: ${phase}`;

export const budget: Scenario = {
  name: 'budget',
  promise: 'where the time of a delivery goes',
  quick: false,
  async run(world) {
    const cases: Case[] = [];
    for (const kind of ['sqlite', 'postgres'] as const) {
      cases.push(await profileDrain(world, kind), await profileFlow(world, kind));
      world.say(`${kind}: profiled`);
    }
    return {
      unit: cases[0]?.name ?? '',
      rows: rowsOf(cases),
      checks: [],
      notes: [
        'Microseconds per delivery. The loop’s are CPU time, split as samples of every half millisecond say;',
        'the storage thread’s are time on the clock, so that waiting for the disk shows.',
      ],
    };
  },
};

/** A row for each phase, a column for each case. */
function rowsOf(cases: readonly Case[]): Row[] {
  const phases = [...[...LOOP_PHASES, NO_CORE, IDLE].map(LOOP), ...[...STORAGE_PHASES, IDLE].map(STORAGE)];
  return phases.flatMap((phase) => {
    const figures = cases.map(({ name, budget }) => [name, budget.get(phase) ?? 0] as const);
    if (figures.every(([, us]) => us === 0)) return [];
    const [[, value] = ['', 0], ...more] = figures;
    return [rowOf(phase, [{ value, more: Object.fromEntries(more) }])];
  });
}

type Running = Awaited<ReturnType<typeof runOn>>;

/** @param work gives a service that has been started something to do */
async function profiled(world: World, name: string, place: Place, work: (running: Running) => Promise<Work>) {
  const folder = new ProfileFolder(join(world.folder, `profiles ${name}`.replaceAll(/\W+/g, '-')));
  const done = await (async () => {
    await using running = await runOn(world, place, folder.environment);
    return await work(running);
  })();
  return { name, budget: budgetOf(folder, done) };
}

function budgetOf(folder: ProfileFolder, { span, deliveries, loopUs, waitedUs }: Work): Budget {
  const { loop, storage } = folder.read();
  const budget = new Map<string, number>();
  const loopTimes = timeByPurpose(loop, span, loopSorting);
  const between = (span.toUs - span.fromUs) / deliveries;
  const sampled = [...loopTimes].reduce((sum, [phase, us]) => sum + (phase === IDLE ? 0 : us), 0);
  // Samples also fall into the times in which the loop had to wait for a core: only their proportions count.
  for (const [phase, us] of loopTimes) budget.set(LOOP(phase), (us / sampled) * loopUs);
  budget.set(LOOP(NO_CORE), waitedUs);
  budget.set(LOOP(IDLE), between - loopUs - waitedUs);
  for (const [phase, us] of storage === undefined ? [] : timeByPurpose(storage, span, storageSorting)) {
    budget.set(STORAGE(phase), us / deliveries);
  }
  return budget;
}

const loopOf = ({ cpuUs, waitedUs }: Spent) => ({ loopUs: cpuUs['loop'] ?? Number.NaN, waitedUs });

const spanOf = (fromMs: number, toMs: number): Span => ({ fromUs: fromMs * 1_000, toUs: toMs * 1_000 });

async function profileDrain(world: World, kind: StoreKind): Promise<Case> {
  const { child, origins } = await world.receiver();
  const place = await world.places.make(kind);
  await useStore(place, async (store) => {
    const endpoints = await makeEndpoints(store, [{ url: `${origins[0]}/hook` }]);
    await asOwner(store, (owner) => fill(store, owner, endpoints, DRAIN.calls, 'backlog'));
  });
  await child.ask({ kind: 'expect', count: DRAIN.calls, warmUp: DRAIN.warmUp });
  return await profiled(world, `drain, ${kind}`, place, async ({ pid }) => {
    await child.ask({ kind: 'warm' });
    const counted = startCounting(pid, {});
    const { warmAt, lastAt, ms } = await child.ask<Received>({ kind: 'done' });
    const deliveries = DRAIN.calls - DRAIN.warmUp;
    return { span: spanOf(warmAt, lastAt), deliveries, ...loopOf(counted(deliveries, ms)) };
  });
}

async function profileFlow(world: World, kind: StoreKind): Promise<Case> {
  const { origins } = await world.receiver();
  const place = await world.places.make(kind);
  return await profiled(world, `flow, ${kind}`, place, async (running) => {
    await subscribe(running.url, TENANT, [`${origins[0]}/hook`]);
    const { beganAt, received, spent } = await post(world, running, FLOW);
    return { span: spanOf(beganAt, received.lastAt), deliveries: FLOW.events, ...loopOf(spent) };
  });
}
