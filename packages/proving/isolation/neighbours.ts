// I1, D2: what bad endpoints with a long queue cost the others on the same service. Two services take turns, one without the
// trouble and one with it, and the same load: whatever else the machine does meets both alike. The one whose turn it is not
// stands still.

import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { now, pass, until } from '../../posthorn/tests/support/waiting.ts';
import { createTenant, postBatch } from '../support/api.ts';
import { payloadAt } from './behaviours.ts';
import { post } from './load.ts';
import { type Place, type Scene, type StoreKind, subscribe } from './scene.ts';
import { medians, metric, type Spread, spreadOf } from './statistics.ts';
import type { Trouble } from './troubles.ts';

const HEALTHY = 9;
const PER_SECOND = 300;
const BATCH = 1_000;
/** An event that has not come by then is taken to come no more. */
const ARRIVE_LIMIT_MS = 20_000;
/** The trouble has begun when so many of its calls are under way or have failed: as many as one endpoint may have at once. */
const TROUBLED_CALLS = 16;
const TROUBLE_LIMIT_MS = 30_000;

export interface NeighbourExtent {
  /** Deliveries that wait for the bad endpoints. */
  readonly waiting: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
  /** How long the trouble goes on before the first round. */
  readonly troubleMs: number;
  /** The others' p99 may be this many times what it is without the trouble, by the medians of the rounds, … */
  readonly atMostTimes: number;
  /** … which counts as at least this much, in milliseconds: below it the machine's own noise is larger. */
  readonly noiseMs: number;
  /** Where others use the machine, too, one round without a delay is enough: a program that delays does so in each. */
  readonly bestRound: boolean;
}

export interface NeighbourFigures {
  readonly trouble: string;
  readonly store: StoreKind;
  readonly waiting: number;
  readonly events: number;
  readonly without: Spread;
  readonly beside: Spread;
  readonly p50Times: number;
  readonly p99Times: number;
  readonly broken: readonly string[];
}

type Side = 'without' | 'beside';

export async function measureNeighbours(
  scene: Scene,
  trouble: Trouble,
  store: StoreKind,
  extent: NeighbourExtent,
): Promise<NeighbourFigures> {
  await using places = new AsyncDisposableStack();
  const open = async (): Promise<ServiceProcess> => {
    const place: Place = places.use(await scene.place(store));
    return places.use(await furnished(scene, place));
  };
  const services: Readonly<Record<Side, ServiceProcess>> = { without: await open(), beside: await open() };
  services.without.signal('SIGSTOP');
  await makeTrouble(scene, services.beside, trouble, extent);
  services.beside.signal('SIGSTOP');

  const rounds: Record<Side, Spread[]> = { without: [], beside: [] };
  let events = 0;
  for (let round = 0; round < extent.rounds; round++) {
    const order: readonly Side[] = round % 2 === 0 ? ['without', 'beside'] : ['beside', 'without'];
    for (const side of order) {
      const measured = await measure(scene, services[side], extent);
      const spread = spreadOf(measured);
      rounds[side].push(spread);
      if (side === 'beside') events += measured.length;
      const { p50, p99 } = spread;
      scene.say(
        `${trouble.name}, ${store}: round ${round + 1} of ${extent.rounds} ${side}: p50 ${p50} ms, p99 ${p99} ms`,
      );
    }
  }
  const [without, beside] = [medians(rounds.without), medians(rounds.beside)];
  const limit = extent.atMostTimes * Math.max(without.p99, extent.noiseMs);
  const judged = extent.bestRound ? Math.min(...rounds.beside.map(({ p99 }) => p99)) : beside.p99;
  return {
    trouble: trouble.name,
    store,
    waiting: extent.waiting,
    events,
    without,
    beside,
    p50Times: times(beside.p50, without.p50),
    p99Times: times(beside.p99, without.p99),
    broken: judged <= limit ? [] : [`the others' p99 is ${judged} ms, without the trouble ${without.p99} ms`],
  };
}

const times = (one: number, other: number): number => Math.round((one / other) * 100) / 100;

async function furnished(scene: Scene, place: Place): Promise<ServiceProcess> {
  const service = await scene.start(place);
  await createTenant(service);
  await subscribe(
    service,
    TYPES.map((type, index) => ({ url: scene.url(`healthy-${index}`, 'ok'), eventTypes: [type] })),
  );
  return service;
}

const TYPES = Array.from({ length: HEALTHY }, (_, index) => `healthy.${index}`);

async function makeTrouble(
  scene: Scene,
  service: ServiceProcess,
  { endpoints, url }: Trouble,
  { waiting, troubleMs }: NeighbourExtent,
): Promise<void> {
  const hosts = Array.from({ length: endpoints }, (_, index) => `bad-${index}`);
  await subscribe(
    service,
    hosts.map((host) => ({ url: url(scene, host), eventTypes: ['bad'] })),
  );
  const events = Math.ceil(waiting / endpoints);
  for (let posted = 0; posted < events; posted += BATCH) {
    const payloads = Array.from({ length: Math.min(BATCH, events - posted) }, () => payloadAt(now()));
    await postBatch(service, 'bad', payloads);
  }
  await until('the trouble has begun', TROUBLE_LIMIT_MS, async () => {
    const underWay = await metric(service, 'posthorn_calls_under_way');
    const failed = await metric(service, 'posthorn_attempts_total');
    return underWay + failed >= TROUBLED_CALLS;
  });
  await pass(troubleMs);
}

async function measure(scene: Scene, service: ServiceProcess, extent: NeighbourExtent): Promise<readonly number[]> {
  const { receiver } = scene;
  service.signal('SIGCONT');
  try {
    await post(service.url, { perSecond: PER_SECOND, types: TYPES, ms: extent.warmUpMs });
    receiver.measure(now(), Number.MAX_SAFE_INTEGER);
    // Its answer says that the measure has arrived before the first event does.
    await receiver.tell();
    const posted = await post(service.url, { perSecond: PER_SECOND, types: TYPES, ms: extent.measuredMs });
    let { latencies } = await receiver.tell();
    await until('all events have arrived', ARRIVE_LIMIT_MS, async () => {
      ({ latencies } = await receiver.tell());
      return latencies.length >= posted;
    }).catch(() => {});
    const missing = new Array<number>(posted - latencies.length).fill(ARRIVE_LIMIT_MS);
    return [...latencies, ...missing];
  } finally {
    service.signal('SIGSTOP');
  }
}
