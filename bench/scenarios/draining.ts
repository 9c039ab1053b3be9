// Ways to empty a backlog, each as a variant: Posthorn on either store, and loops that store nothing.

import type { Measured, Variant } from '../measure/rounds.ts';
import type { LoopQuestion } from '../processes/bare-loop.ts';
import type { Received } from '../processes/receiver.ts';
import { Child } from '../world/child.ts';
import { cpuTime } from '../world/cpu.ts';
import { asOwner, fill, makeEndpoints, SECRET } from '../world/fill.ts';
import type { StoreKind } from '../world/places.ts';
import type { World } from '../world/world.ts';

/** The service's default: calls under way at once to one endpoint. */
export const CONCURRENCY = 16;
/** The engine's limit over all endpoints. */
const CONCURRENCY_OVER_ALL = 1_024;

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
        return { pid: service.pid, serverCpu: () => place.serverCpu(), stop: () => service.stop() };
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
        return { pid: child.pid, serverCpu: () => 0, stop: () => looping.then(() => child.stop()) };
      });
    },
  };
}

export interface Drainer {
  readonly pid: number;
  /** CPU time of a database server beside it, in microseconds. */
  readonly serverCpu: () => number;
  stop(): Promise<unknown>;
}

/** Starts a drainer and measures what arrives. */
export async function receive(world: World, drain: Drain, start: () => Promise<Drainer>): Promise<Measured> {
  const { child } = await world.receiver(drain.origins);
  await child.ask({ kind: 'expect', count: drain.calls, warmUp: drain.warmUp });
  const drainer = await start();
  await child.ask({ kind: 'warm' });
  const before = usage(drainer, child.pid);
  const received = await child.ask<Received>({ kind: 'done' });
  const after = usage(drainer, child.pid);
  await drainer.stop();
  const { calls } = await child.ask<Received>({ kind: 'done' });
  if (calls !== drain.calls) throw new Error(`${drain.calls} calls were to come, ${calls} came`);
  const cpuUs = perCall(before, after, drain.calls - drain.warmUp);
  return { value: received.rate, cpuUs, more: { connections: received.connections } };
}

export type Usage = Readonly<Record<string, number>>;

/** CPU time so far of all who take part, in microseconds. */
export function usage({ pid, serverCpu }: Pick<Drainer, 'pid' | 'serverCpu'>, receiver: number): Usage {
  const own = cpuTime(pid);
  const { main, others } = cpuTime(receiver);
  return { loop: own.main, threads: own.others, database: serverCpu(), receiver: main + others };
}

export function perCall(before: Usage, after: Usage, calls: number): Usage {
  const spent = Object.entries(after).map(([who, value]) => [who, (value - (before[who] ?? 0)) / calls] as const);
  return Object.fromEntries(spent.filter(([, value]) => value > 0));
}
