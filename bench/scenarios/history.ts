// A day of history: lists must be answered at once however deep they go, pruning must not be felt by deliveries, and a start
// must not look at it.
import { request } from 'undici';
import type { OwnerId } from '../../packages/posthorn/src/domain/ids.ts';
import { noCounts } from '../../packages/posthorn/src/domain/tally.ts';
import { wall } from '../../packages/posthorn/src/domain/time.ts';
import type { Store } from '../../packages/posthorn/src/seams/store/index.ts';
import type { StoredEndpoint } from '../../packages/posthorn/src/seams/store/registry.ts';
import { type Check, checkRatio, judge } from '../measure/checks.ts';
import { interleave, type Row, rowOf } from '../measure/rounds.ts';
import { median } from '../measure/statistics.ts';
import type { PruningQuestion } from '../processes/pruning.ts';
import { tenantOf } from '../processes/tenant.ts';
import { addPending } from '../world/bulk.ts';
import { Child } from '../world/child.ts';
import { makeEndpoints, newId, TENANT } from '../world/fill.ts';
import { addPast, PAST_TYPES, type Past, ROWS_PER_EVENT } from '../world/past.ts';
import { lent, type Place, type StoreKind, useStore } from '../world/places.ts';
import { type Running, runOn } from '../world/running.ts';
import { API_KEY, serviceEnvironment } from '../world/service.ts';
import type { World } from '../world/world.ts';
import { type Listing, listings, type Scene } from './listing.ts';
import { post } from './posting.ts';
import type { Scenario, Sizes } from './scenario.ts';

const SIZES: Sizes<{ readonly wanted: number }> = {
  quick: { rounds: 2, wanted: 400_000 },
  full: { rounds: 3, wanted: 1_000_000 },
  long: { rounds: 5, wanted: 10_000_000 },
};
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Minutes, hours and days that statistics show. */
const SLOTS = [60, 24, 30];
const ENDPOINTS = 500;
const TENANTS = 300;
/** Where the deep pages of their lists begin: endpoints come newest first, tenants by name. */
const DEEP_ENDPOINT = 150;
const DEEP_TENANT = 't2';
/** Deliveries that wait for tomorrow: lists of what is pending have to find their way between them. */
const PENDING = 50_000;
/** Rows of the tenant that shares the store with the large one. */
const SMALL_SHARE = 0.001;
const SMALL_TENANT = tenantOf('small');

/** Requests of each page, one list after the other. A page that takes longer than this is not asked for again. */
const REQUESTS = 5;
const HOPELESS_MS = 500;
const PAGE_MS = 50;
const START_MS = 2_000;

const EVENTS_PER_SECOND = 500;
const LOAD = { events: 6 * EVENTS_PER_SECOND, warmUp: 0, eventsPerSecond: EVENTS_PER_SECOND };
const WARM_UP = { events: 12_000, warmUp: 0 };
const PRUNED_TO_KEPT = 1.5;

export const history: Scenario = {
  name: 'history',
  promise: `with a day of history every list takes less than ${PAGE_MS} ms a page, and pruning is not felt`,
  quick: false,
  async run(world, extent) {
    const found: Found[] = [];
    for (const kind of ['sqlite', 'postgres'] as const) found.push(await withHistory(world, kind, SIZES[extent]));
    const pages = found.flatMap((one) => one.pages).sort((a, b) => b.median - a.median);
    const slow = pages.filter(({ median }) => median > PAGE_MS).map(({ variant }) => variant);
    return {
      unit: 'ms',
      rows: [...found.flatMap(({ latencies }) => latencies), ...pages],
      checks: found.flatMap(({ checks }) => checks),
      notes: [
        `${SIZES[extent].wanted.toLocaleString('en')} rows in each store, from a day that ended a day ago; pages of 200, medians of ${REQUESTS}.`,
        `Of ${pages.length} lists ${slow.length} take longer than ${PAGE_MS} ms${slow.length > 0 ? `: ${slow.join('; ')}` : ''}.`,
      ],
    };
  },
};

interface Found {
  readonly pages: readonly Row[];
  readonly latencies: readonly Row[];
  readonly checks: readonly Check[];
}

async function withHistory(world: World, kind: StoreKind, { wanted, rounds }: (typeof SIZES)['full']): Promise<Found> {
  await using place = await world.places.make(kind);
  const scene = await makeHistory(world, place, wanted);
  const { startMs, pages } = await timeLists(world, place, listings(scene));
  const latencies = await timePruning(world, place, rounds);
  const slowest = Math.max(...pages.map(({ median }) => median));
  const atMost = (what: string, target: number, value: number) =>
    judge({ promise: `history: ${kind}, ${what}`, wants: 'at most', target, unit: ' ms' }, [value]);
  const checks = [
    atMost('the slowest page', PAGE_MS, slowest),
    atMost('start', START_MS, startMs),
    ...checkRatio(latencies, {
      ...{ promise: `history: ${kind}, p99 latency while pruning`, wants: 'at most', target: PRUNED_TO_KEPT },
      ...{ of: whilePruning(kind), to: whileKeeping(kind) },
    }),
  ];
  return { pages, latencies, checks };
}

/** A large tenant with all that it has, a small one, and many that have nothing. */
async function makeHistory(world: World, place: Place, wanted: number): Promise<Scene> {
  const { origins } = await world.receiver();
  const pastWish = (tenantId: typeof TENANT) => (_: unknown, index: number) => ({
    ...{ tenantId, url: `${origins[0]}/hook/${index}`, eventTypes: [PAST_TYPES] },
  });
  const [large, small] = await useStore(place, async (store) => {
    for (let index = 0; index < TENANTS; index++)
      await store.putTenant(tenantOf(`t${index}`), undefined, wall(Date.now()));
    const inLarge = await makeEndpoints(store, Array.from({ length: ENDPOINTS }, pastWish(TENANT)));
    const inSmall = await makeEndpoints(store, Array.from({ length: 2 }, pastWish(SMALL_TENANT)));
    await makeEndpoints(store, [{ url: `${origins[0]}/hook`, eventTypes: ['order.*'] }]);
    await tally(store, inLarge);
    return [inLarge, inSmall];
  });
  const [deep, last] = [large[DEEP_ENDPOINT], large.at(-1)];
  if (deep === undefined || last === undefined || small.length === 0) throw new Error('the endpoints are missing');

  const from = Date.now() - 2 * DAY_MS;
  const events = Math.round(wanted / ROWS_PER_EVENT);
  const past: Past = { tenantId: TENANT, events, from, everyMs: DAY_MS / events, salt: 0x100 };
  const few = Math.ceil(events * SMALL_SHARE);
  await addPast(place, past, world.say);
  await addPast(place, { tenantId: SMALL_TENANT, events: few, from, everyMs: DAY_MS / few, salt: 0x200 }, world.say);
  const tomorrow = Date.now() + DAY_MS;
  await addPending(place, {
    ...{ tenantId: TENANT, endpointId: last.id, backlog: 0 },
    ...{ dueEndpointId: last.id, due: PENDING, dueFrom: tomorrow },
  });
  return {
    past,
    ...{ endpointId: last.id, deepEndpointId: deep.id, deepTenantId: DEEP_TENANT, smallTenantId: SMALL_TENANT },
  };
}

/** Counts of every endpoint in every slot that statistics show. */
async function tally(store: Store, endpoints: readonly StoredEndpoint[]): Promise<void> {
  const writer = newId<OwnerId>();
  const now = Date.now();
  const counts = { ...noCounts(), attempts: 12, failed: 2, succeeded: 9, exhausted: 1 };
  const slots = [MINUTE_MS, HOUR_MS, DAY_MS].flatMap((slotMs, tier) =>
    Array.from({ length: SLOTS[tier] ?? 0 }, (_, index) => wall(now - index * slotMs)),
  );
  for (const [number, at] of slots.entries()) {
    const tallies = endpoints.map(({ tenantId, id }) => ({
      ...{ scope: { kind: 'endpoint', tenantId, endpointId: id } as const, counts, lastFailedAt: at },
    }));
    await store.tally(writer, number + 1, { at, tallies, pending: PENDING });
  }
}

async function timeLists(world: World, place: Place, lists: readonly Listing[]) {
  await using running = await runOn(world, lent(place));
  const times = new Map<string, number[]>();
  for (let round = 0; round <= REQUESTS; round++) {
    for (const path of lists.flatMap(({ first, deep }) => (deep === undefined ? [first] : [first, deep]))) {
      const before = times.get(path) ?? [];
      if (round > 1 && median(before) > HOPELESS_MS) continue;
      const took = await timePage(running, path);
      // The first time reads from the disk and prepares statements.
      if (round > 0) times.set(path, [...before, took]);
    }
    world.say(`${place.kind}: lists, round ${round} of ${REQUESTS}`);
  }
  const pages = lists.map(({ name, first, deep }) => {
    const [firstMs, deepMs] = [times.get(first) ?? [], deep === undefined ? [] : (times.get(deep) ?? [])];
    const slower = deepMs.length > 0 && median(deepMs) > median(firstMs) ? deepMs : firstMs;
    const more = {
      'first page ms': median(firstMs),
      ...(deep === undefined ? {} : { 'deep page ms': median(deepMs) }),
    };
    return rowOf(
      `${place.kind}, ${name}`,
      slower.map((value) => ({ value, more })),
    );
  });
  return { startMs: running.startMs, pages };
}

async function timePage({ url }: Running, path: string): Promise<number> {
  const began = performance.now();
  const answer = await request(new URL(path, url), { headers: { authorization: `Bearer ${API_KEY}` } });
  const text = await answer.body.text();
  const took = performance.now() - began;
  if (answer.statusCode !== 200) throw new Error(`GET ${path} was answered ${answer.statusCode}: ${text}`);
  return took;
}

const whilePruning = (kind: StoreKind) => `${kind}, p99 latency while pruning`;
const whileKeeping = (kind: StoreKind) => `${kind}, p99 latency without`;

/** Latency at a moderate load with and without pruning, in turns. */
async function timePruning(world: World, place: Place, rounds: number): Promise<Row[]> {
  const service = new Child<PruningQuestion>('pruning.ts');
  const environment = { ...serviceEnvironment(world.caFile), ...place.environment };
  const url = await service.ask<string>({ kind: 'start', environment });
  const running = { url, pid: service.pid, serverCpu: () => place.serverCpu() };
  await post(world, running, WARM_UP);
  const latency = async () => {
    const { received } = await post(world, running, LOAD);
    const { p50, p99 } = received.latency;
    return { value: p99, more: { 'p50 ms': p50 } };
  };
  const rows = await interleave(
    [
      { name: whileKeeping(place.kind), measure: latency },
      {
        name: whilePruning(place.kind),
        async measure() {
          await service.ask({ kind: 'prune', days: 1 });
          const began = performance.now();
          const { value, more } = await latency();
          const removed = await service.ask<number>({ kind: 'keep' });
          if (removed === 0) throw new Error('nothing was pruned meanwhile');
          return { value, more: { ...more, 'rows pruned/s': (removed * 1_000) / (performance.now() - began) } };
        },
      },
    ],
    rounds,
    world.say,
  );
  await service.ask({ kind: 'stop' });
  await service.stop();
  return rows;
}
