// Events posted over the API while a service delivers them: measured at the receiver.
import { monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import { cpuOf } from '../measure/cpu.ts';
import type { Variant } from '../measure/rounds.ts';
import { type Spent, startCounting } from '../measure/usage.ts';
import type { Produced, ProducerQuestion } from '../processes/producer.ts';
import type { Received } from '../processes/receiver.ts';
import { Child } from '../world/child.ts';
import { TENANT } from '../world/fill.ts';
import { call, type Keeper, type Running, run, subscribe } from '../world/running.ts';
import { API_KEY } from '../world/service.ts';
import type { World } from '../world/world.ts';
import { WAITED } from './draining.ts';

/** Requests of the producer under way at once. */
const CONNECTIONS = 128;

export interface Load {
  readonly events: number;
  /** Posted as fast as they are taken, and delivered before the rest: meanwhile code is compiled. */
  readonly warmUp: number;
  /** Left out, as fast as they are taken. */
  readonly eventsPerSecond?: number;
}

export interface Posted {
  /** When the first request was made, on the machine's monotonic clock. */
  readonly beganAt: number;
  /** From the first request to the last delivery. */
  readonly ms: number;
  readonly accepted: Produced;
  readonly received: Received;
  readonly spent: Spent;
}

/** Posts a load and waits for its deliveries, `fanOut` for each event. */
export async function post(world: World, running: Running, load: Load, fanOut = 1): Promise<Posted> {
  const { child } = await world.receiver();
  const producer = new Child<ProducerQuestion>('producer.ts');
  const postAll = async (events: number, eventsPerSecond: number | undefined) => {
    await child.ask({ kind: 'expect', count: events * fanOut, warmUp: 0 });
    const beganAt = monotonicMs();
    const accepted = await producer.ask<Produced>({
      ...{ url: running.url, path: `/v1/tenants/${TENANT}/events`, apiKey: API_KEY, events, connections: CONNECTIONS },
      ...(eventsPerSecond === undefined ? {} : { eventsPerSecond }),
    });
    const received = await child.ask<Received>({ kind: 'done' });
    if (received.calls !== events * fanOut) {
      throw new Error(`${events * fanOut} calls were to come, ${received.calls} came`);
    }
    return { beganAt, ms: received.lastAt - beganAt, accepted, received };
  };
  try {
    if (load.warmUp > 0) await postAll(load.warmUp, undefined);
    const counted = startCounting(running.pid, {
      database: () => running.serverCpu(),
      receiver: () => cpuOf(child.pid),
      producer: () => cpuOf(producer.pid),
    });
    const posted = await postAll(load.events, load.eventsPerSecond);
    return { ...posted, spent: counted(load.events * fanOut, posted.ms) };
  } finally {
    await producer.stop();
  }
}

/** Accept to delivered, at full load. */
export function flow(world: World, keeper: Keeper, load: Load): Variant {
  return {
    name: keeper,
    async measure() {
      const { origins } = await world.receiver();
      await using running = await run(world, keeper);
      await subscribe(
        running.url,
        TENANT,
        origins.map((origin) => `${origin}/hook`),
      );
      const { ms, accepted, spent } = await post(world, running, load);
      const { cpuUs, waitedUs, cores } = spent;
      return {
        value: (load.events * 1_000) / ms,
        cpuUs,
        more: { [WAITED]: waitedUs, cores, 'accepted/s': accepted.rate },
      };
    },
  };
}

/** Whether nothing was exhausted: a rate means nothing if calls failed. */
export async function expectNoFailures(running: Running): Promise<void> {
  const answer = await call(running.url, 'GET', `/v1/tenants/${TENANT}/deliveries?state=exhausted&limit=1`);
  if (JSON.stringify(answer).includes('"exhausted"')) throw new Error('deliveries were exhausted');
}
