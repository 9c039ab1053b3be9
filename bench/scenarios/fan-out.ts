// One event to a thousand endpoints: one request, one transaction, a thousand deliveries, and the body stored once.
import { checkRatio, judge } from '../measure/checks.ts';
import { rememberedRows } from '../measure/figures.ts';
import { guardRate } from '../measure/guards.ts';
import { interleave, type Row, type Variant } from '../measure/rounds.ts';
import { acceptOne, asOwner, makeEndpoints } from '../world/fill.ts';
import { metric } from '../world/metrics.ts';
import { type StoreKind, useStore } from '../world/places.ts';
import { runOn } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { drainPosthorn } from './draining.ts';
import { expectNoFailures, post } from './posting.ts';
import type { Scenario, Sizes } from './scenario.ts';

const ENDPOINTS = 1_000;
const WARM_UP_EVENTS = 15;
const SIZES: Sizes<{ readonly events: number }> = {
  quick: { rounds: 2, events: 6 },
  full: { rounds: 2, events: 15 },
  long: { rounds: 4, events: 25 },
};

/** Bodies whose difference in size shows how often a body is stored. */
const SMALL_BYTES = 1_024;
const LARGE_BYTES = 256 * 1_024;
const PER_EVENT = 'transactions per event';
const TRANSACTIONS = 'posthorn_store_call_seconds_count{call="accept"}';

const toAll = (kind: StoreKind) => `${kind}, ${ENDPOINTS} endpoints`;
const toOne = (kind: StoreKind) => `${kind}, a backlog`;

export const fanOut: Scenario = {
  name: 'fan-out',
  promise:
    'an event to a thousand endpoints is one transaction, stores its body once, and is delivered nearly as fast as a backlog',
  quick: true,
  async run(world, extent) {
    const quick = extent === 'quick';
    const { rounds, events } = SIZES[extent];
    const warmUp = WARM_UP_EVENTS * ENDPOINTS;
    const drain = { calls: events * ENDPOINTS + warmUp, warmUp };
    const kinds = quick ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const);
    const rows = await interleave(
      kinds.flatMap((kind) => [
        drainPosthorn(world, kind, drain, toOne(kind)),
        toAThousand(world, kind, events, toAll(kind)),
      ]),
      rounds,
      world.say,
    );
    if (quick) {
      const compared = { scenario: 'fan-out', rows, remembered: rememberedRows('fan-out') };
      return { unit: 'deliveries/s', rows, checks: guardRate(compared, toAll('sqlite'), toOne('sqlite')) };
    }
    const checks = [];
    for (const kind of kinds) checks.push(...targets(kind, rows, await copiesStored(world, kind)));
    return { unit: 'deliveries/s', rows, checks };
  },
};

function targets(kind: StoreKind, rows: readonly Row[], copies: number) {
  const [of, to] = [toAll(kind), toOne(kind)];
  const transactions = rows.find(({ variant }) => variant === of)?.more[PER_EVENT] ?? Number.NaN;
  return [
    ...checkRatio(rows, { promise: `fan-out: ${kind} to a backlog`, wants: 'at least', target: 0.7, of, to }),
    judge({ promise: `fan-out: ${kind}, ${PER_EVENT}`, wants: 'at most', target: 1, unit: '' }, [transactions]),
    judge({ promise: `fan-out: ${kind}, copies of the body stored`, wants: 'at most', target: 1.1, unit: '' }, [
      copies,
    ]),
  ];
}

/** How many bytes more a store takes for each byte that a body has more. */
async function copiesStored(world: World, kind: StoreKind): Promise<number> {
  await using place = await world.places.make(kind);
  const endpoints = await useStore(place, (store) => makeEndpoints(store, wishes('https://127.0.0.1')));
  const acceptOf = async (bodyBytes: number) => {
    const before = await place.bytes();
    await useStore(place, (store) => asOwner(store, (owner) => acceptOne(store, owner, endpoints, bodyBytes)));
    return (await place.bytes()) - before;
  };
  const small = await acceptOf(SMALL_BYTES);
  return ((await acceptOf(LARGE_BYTES)) - small) / (LARGE_BYTES - SMALL_BYTES);
}

function toAThousand(world: World, kind: StoreKind, events: number, name: string): Variant {
  return {
    name,
    async measure() {
      const { origins } = await world.receiver();
      const place = await world.places.make(kind);
      await useStore(place, (store) => makeEndpoints(store, wishes(origins[0] ?? '')));
      await using running = await runOn(world, place);
      const before = await metric(running.url, TRANSACTIONS);
      const { ms, received, spent } = await post(world, running, { events, warmUp: WARM_UP_EVENTS }, ENDPOINTS);
      const transactions = (await metric(running.url, TRANSACTIONS)) - before;
      await expectNoFailures(running);
      const { cpuUs, cores } = spent;
      const { connections } = received;
      const perEvent = transactions / (events + WARM_UP_EVENTS);
      return { value: (events * ENDPOINTS * 1_000) / ms, cpuUs, more: { cores, connections, [PER_EVENT]: perEvent } };
    },
  };
}

const wishes = (origin: string) =>
  Array.from({ length: ENDPOINTS }, (_, index) => ({ url: `${origin}/hook/${index}` }));
