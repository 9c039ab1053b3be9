// I6, F3: what the process weighs at worst: with many endpoints, with more pending than fits in any memory, and with every
// receiver sending without an end. One bound holds for all of it.
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { now } from '../../posthorn/tests/support/waiting.ts';
import { createTenant, postBatch } from '../support/api.ts';
import { type Scene, type StoreKind, subscribe } from './scene.ts';
import { metric } from './statistics.ts';

const TYPE = 'all';
/** Short, so that calls that hang make room for the next ones. */
const REPLY_TIMEOUT_MS = 5_000;
const LOOK_MS = 100;
/** If what is pending were in memory, it would be gigabytes. */
const PAYLOAD = JSON.stringify({ filling: 'x'.repeat(16_000) });

export interface MemoryExtent {
  readonly endpoints: number;
  readonly pending: number;
  /** How long each phase is left to have its effect. */
  readonly phaseMs: number;
  /** Bound of the process's memory at any moment; see docs/reliability.md, "Memory". */
  readonly maxMib: number;
}

export interface MemoryFigures {
  readonly store: StoreKind;
  readonly endpoints: number;
  readonly pending: number;
  /** The largest memory in each phase, in MiB, in their order. */
  readonly peaks: readonly { readonly phase: string; readonly mib: number }[];
  /** From the start of the process on everything that is pending until it listened. */
  readonly startMs: number;
  readonly maxMib: number;
  /** Responses without an end that were cut off. */
  readonly cutOff: number;
  /** The most calls that were under way at once. */
  readonly underWay: number;
  readonly broken: readonly string[];
}

export async function measureMemory(scene: Scene, store: StoreKind, extent: MemoryExtent): Promise<MemoryFigures> {
  const { endpoints, pending, phaseMs, maxMib } = extent;
  const peaks: { phase: string; mib: number }[] = [];
  let underWay = 0;
  const phase = async (service: ServiceProcess, name: string, work: () => Promise<unknown>) => {
    service.forgetPeak();
    await work();
    const mib = Math.round(service.memory().peak / 2 ** 20);
    peaks.push({ phase: name, mib });
    scene.say(`${store}, ${name}: ${mib} MiB`);
  };
  const watch = async (service: ServiceProcess) => {
    for (const end = now() + phaseMs; now() < end; await delay(LOOK_MS)) {
      underWay = Math.max(underWay, await metric(service, 'posthorn_calls_under_way'));
    }
  };

  await using place = await scene.place(store);
  scene.badReceiver.switchTo('hangs');
  {
    await using service = await scene.start(place);
    await phase(service, 'idle', () => delay(phaseMs / 4));
    await phase(service, 'endpoints are made', async () => {
      await createTenant(service);
      const hosts = Array.from({ length: endpoints }, (_, index) => `switched-${index}`);
      await subscribe(
        service,
        hosts.map((host) => ({
          url: scene.url(host, 'switched'),
          eventTypes: [TYPE],
          replyTimeoutMs: REPLY_TIMEOUT_MS,
        })),
      );
    });
    await phase(service, 'deliveries are accepted', async () => {
      for (let posted = 0; posted < pending; posted += endpoints) {
        await postBatch(service, TYPE, [PAYLOAD]);
      }
    });
    await phase(service, 'every receiver hangs', () => watch(service));
    await service.kill();
  }
  await using service = await scene.start(place);
  await phase(service, 'started anew with them', () => watch(service));
  scene.badReceiver.switchTo('floods');
  await phase(service, 'every receiver sends without an end', () => watch(service));
  const cutOff = await metric(service, 'posthorn_attempts_total', /outcome="succeeded"/);

  const worst = Math.max(...peaks.map(({ mib }) => mib));
  const broken: string[] = [];
  if (worst > maxMib) broken.push(`it weighed ${worst} MiB, more than ${maxMib}`);
  if (cutOff === 0) broken.push('no response without an end was cut off: nothing was tested');
  return {
    store,
    endpoints,
    pending,
    peaks,
    startMs: Math.round(service.startMs),
    maxMib,
    cutOff,
    underWay,
    broken,
  };
}
