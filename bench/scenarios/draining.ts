// Ways to empty a backlog, each as a variant: Posthorn on either store, and loops that store nothing.
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import { cpuOf } from '../measure/cpu.ts';
import type { Measured, Variant } from '../measure/rounds.ts';
import { type Meters, startCounting } from '../measure/usage.ts';
import type { LoopQuestion } from '../processes/bare-loop.ts';
import type { Received } from '../processes/receiver.ts';
import { Child } from '../world/child.ts';
import { asOwner, fill, makeEndpoints, SECRET } from '../world/fill.ts';
import { metric } from '../world/metrics.ts';
import type { StoreKind } from '../world/places.ts';
import type { World } from '../world/world.ts';

/** The service's default: calls under way at once to one endpoint. */
export const CONCURRENCY = 16;
/** The engine's limit over all endpoints. */
const CONCURRENCY_OVER_ALL = 1_024;
/** The column of the time in which the event loop had work and no core. */
export const WAITED = 'loop without a core µs';
/** How often it is asked whether the last outcomes are on disk. */
const ASK_MS = 10;
const SUCCEEDED = 'posthorn_attempts_total{outcome="succeeded"}';

export interface Drain {
  readonly calls: number;
  /** The first calls, while code is still being compiled, are not measured. */
  readonly warmUp: number;
  /** Endpoints, each with an origin of its own. */
  readonly origins?: number;
}

/** Posthorn, started on a store that holds the deliveries in its backlog. */
export function drainPosthorn(world: World, kind: StoreKind, drain: Drain, name: string = kind): Variant {
  return {
    name,
    async measure() {
      const receiver = await world.receiver(drain.origins);
      await using place = await world.places.make(kind);
      const store = await place.open();
      const urls = receiver.origins.map((origin) => ({ url: `${origin}/hook` }));
      const endpoints = await makeEndpoints(store, urls);
      await asOwner(store, (owner) => fill(store, owner, endpoints, drain.calls, 'backlog'));
      await store.close();

      return await receive(world, drain, async () => {
        const service = await world.services.start(place);
        return {
          pid: service.pid,
          others: { database: () => place.serverCpu() },
          recorded: () => metric(service.url, SUCCEEDED),
          stop: () => service.stop(),
        };
      });
    },
  };
}

/** The same calls from memory; nothing is stored. */
export function bareLoop(world: World, sender: LoopQuestion['sender'], drain: Drain, name: string): Variant {
  return {
    name,
    async measure() {
      const { origins } = await world.receiver(drain.origins);
      return await receive(world, drain, async () => {
        const child = new Child<LoopQuestion>('bare-loop.ts');
        const looping = child.ask({
          sender,
          urls: origins.map((origin) => `${origin}/hook`),
          ca: world.caPem,
          secret: SECRET,
          calls: drain.calls,
          concurrency: CONCURRENCY,
          concurrencyOverAll: CONCURRENCY_OVER_ALL,
        });
        return { pid: child.pid, others: {}, stop: () => looping.then(() => child.stop()) };
      });
    },
  };
}

export interface Drainer {
  /** Of the process that sends. */
  readonly pid: number;
  readonly others: Meters;
  /** How many outcomes are on disk. */
  recorded?(): Promise<number>;
  stop(): Promise<unknown>;
}

/** Starts a drainer and measures what arrives. */
export async function receive(world: World, drain: Drain, start: () => Promise<Drainer>): Promise<Measured> {
  const { child } = await world.receiver(drain.origins);
  await child.ask({ kind: 'expect', count: drain.calls, warmUp: drain.warmUp });
  const drainer = await start();
  await child.ask({ kind: 'warm' });
  const counted = startCounting(drainer.pid, { ...drainer.others, receiver: () => cpuOf(child.pid) });
  const received = await child.ask<Received>({ kind: 'done' });
  const { cpuUs, waitedUs, cores } = counted(drain.calls - drain.warmUp, received.ms);
  const recorded = drainer.recorded === undefined ? {} : await untilRecorded(drainer.recorded, drain, received.lastAt);
  await drainer.stop();
  const { calls } = await child.ask<Received>({ kind: 'done' });
  if (calls !== drain.calls) throw new Error(`${drain.calls} calls were to come, ${calls} came`);
  const { connections } = received;
  return { value: received.rate, cpuUs, more: { [WAITED]: waitedUs, cores, connections, ...recorded } };
}

/** How long after the last call the last outcome was on disk: a drain is not over before. */
async function untilRecorded(recorded: () => Promise<number>, { calls }: Drain, lastAt: number) {
  while ((await recorded()) < calls) await delay(ASK_MS);
  return { 'recorded after ms': monotonicMs() - lastAt };
}
