// A million pending deliveries: accepting and claiming must not notice them, and a service must start on them at once. Two
// stores are open side by side, and get the same calls in turns.
import { bootId, monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import type { OwnerId } from '../../packages/posthorn/src/domain/ids.ts';
import { steady } from '../../packages/posthorn/src/domain/time.ts';
import type { Store } from '../../packages/posthorn/src/seams/store/index.ts';
import type { StoredEndpoint } from '../../packages/posthorn/src/seams/store/registry.ts';
import { type Check, checkRatio, judge } from '../measure/checks.ts';
import { rememberedRows } from '../measure/figures.ts';
import { guardRate } from '../measure/guards.ts';
import { type Measured, type Row, rowOf } from '../measure/rounds.ts';
import { addPending } from '../world/bulk.ts';
import { fill, makeEndpoints, newId, TENANT } from '../world/fill.ts';
import type { Place, StoreKind } from '../world/places.ts';
import { runOn } from '../world/running.ts';
import type { World } from '../world/world.ts';
import type { Outcome, Scenario, Sizes } from './scenario.ts';

const SIZES: Sizes<{ readonly pending: number }> = {
  quick: { pending: 200_000, rounds: 3 },
  full: { pending: 1_000_000, rounds: 4 },
  long: { pending: 1_000_000, rounds: 8 },
};
type Size = (typeof SIZES)['full'];
/** Of each round: events accepted, and deliveries claimed. */
const PER_ROUND = 3_000;
const PER_CLAIM = 500;
const DAY_MS = 86_400_000;
/** A moment that has passed, on the steady clock. */
const PAST = steady(1_000);
const START_MS = 2_000;

export const pending: Scenario = {
  name: 'pending',
  promise: 'a million pending deliveries slow neither accepting nor claiming, and a service starts on them at once',
  quick: true,
  async run(world, extent) {
    const quick = extent === 'quick';
    const size = SIZES[extent];
    const kinds = quick ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const);
    const rows: Row[] = [];
    const checks: Check[] = [];
    const notes: string[] = [];
    for (const kind of kinds) {
      const outcome = await beside(world, kind, size, quick);
      rows.push(...outcome.rows);
      checks.push(...outcome.checks);
      notes.push(...(outcome.notes ?? []));
    }
    return { unit: 'per second', rows, checks, notes };
  },
};

interface Side {
  readonly name: string;
  readonly store: Store;
  readonly healthy: StoredEndpoint;
  readonly owner: OwnerId;
}

async function beside(world: World, kind: StoreKind, { pending, rounds }: Size, quick: boolean): Promise<Outcome> {
  const { origins } = await world.receiver();
  await using full = await world.places.make(kind);
  await using empty = await world.places.make(kind);
  const emptySide = await open(empty, `${kind}, empty`, `${origins[0]}/hook`, 0);
  const fullSide = await open(full, `${kind}, full`, `${origins[0]}/hook`, pending);
  const accepts = new Map<string, Measured[]>();
  const claims = new Map<string, Measured[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? [emptySide, fullSide] : [fullSide, emptySide]) {
      const accepted = await timeAccept(side);
      const claimed = await timeClaim(side);
      // The first round is a warm-up.
      if (round === 0) continue;
      accepts.set(side.name, [...(accepts.get(side.name) ?? []), { value: accepted }]);
      claims.set(side.name, [...(claims.get(side.name) ?? []), { value: claimed }]);
      world.say(
        `round ${round} of ${rounds}  ${side.name}  accepts ${accepted.toFixed()}/s  claims ${claimed.toFixed()}/s`,
      );
    }
  }
  await emptySide.store.close();
  await fullSide.store.close();

  const rows = [
    ...[...accepts].map(([name, measured]) => rowOf(`${name}: accepts`, measured)),
    ...[...claims].map(([name, measured]) => rowOf(`${name}: claims`, measured)),
  ];
  const pairs = ['accepts', 'claims'].map((what) => ({
    of: `${fullSide.name}: ${what}`,
    to: `${emptySide.name}: ${what}`,
  }));
  const unit = 'per second';
  const notes = [`${kind}, full: ${pending.toLocaleString('en')} deliveries are pending.`];
  if (quick) {
    const compared = { scenario: 'pending', rows, remembered: rememberedRows('pending') };
    const checks = pairs.flatMap(({ of, to }) => guardRate(compared, of, to));
    return { unit, rows, checks, notes };
  }
  const checks = pairs.flatMap(({ of, to }): Check[] =>
    checkRatio(rows, { promise: `pending: ${of}, to an empty queue`, wants: 'at least', target: 0.9, of, to }),
  );
  const starts = judge({ promise: `pending: ${kind} starts`, wants: 'at most', target: START_MS, unit: ' ms' }, [
    await timeStart(world, full),
  ]);
  return { unit, rows, checks: [...checks, starts], notes };
}

/** Half of what is pending is due in a day, half waits in the backlog of an endpoint that never answers. */
async function open(place: Place, name: string, url: string, count: number): Promise<Side> {
  const store = await place.open();
  const [healthy, silent] = await makeEndpoints(store, [{ url }, { url: url.replace(/[^/]*$/, 'silent') }]);
  if (healthy === undefined || silent === undefined) throw new Error('the endpoints are missing');
  const offset = await store.clockOffset({ id: bootId(), monotonicMs: monotonicMs(), wallMs: Date.now() });
  await store.close();
  if (count > 0) {
    const half = count / 2;
    const dueFrom = monotonicMs() + offset + DAY_MS;
    await addPending(place, {
      ...{ tenantId: TENANT, endpointId: silent.id, backlog: half },
      ...{ dueEndpointId: healthy.id, due: half, dueFrom },
    });
  }
  const opened = await place.open();
  const owner = newId<OwnerId>();
  await opened.join(owner);
  return { name, store: opened, healthy, owner };
}

/** Events per second, in transactions as the intake makes them, every second one into the backlog. */
async function timeAccept({ store, owner, healthy }: Side): Promise<number> {
  const waiting = await fill(store, owner, [healthy], PER_ROUND, 'backlog');
  const leased = await fill(store, owner, [healthy], PER_ROUND, 'leased');
  return (2 * PER_ROUND * 1_000) / (waiting.storeMs + leased.storeMs);
}

/** Deliveries per second that are claimed from the backlog and, once they have been given back as due, from what is due. */
async function timeClaim({ store, owner, healthy }: Side): Promise<number> {
  let spentMs = 0;
  let claimed = 0;
  const time = async <Result>(call: Promise<Result>): Promise<Result> => {
    const began = performance.now();
    const result = await call;
    spentMs += performance.now() - began;
    return result;
  };
  for (let left = PER_ROUND; left > 0; left -= PER_CLAIM) {
    const { deliveries } = await time(store.claimBacklog(owner, [{ endpointId: healthy.id, limit: PER_CLAIM }]));
    claimed += deliveries.length;
    await store.release(
      owner,
      deliveries.map(({ id }) => ({ id, to: 'due' as const, dueAt: PAST })),
    );
  }
  for (let left = PER_ROUND; left > 0; left -= PER_CLAIM) {
    const { deliveries } = await time(store.claimDue(owner, PAST, PER_CLAIM));
    claimed += deliveries.length;
  }
  if (claimed !== 2 * PER_ROUND) throw new Error(`${claimed} deliveries were claimed, not ${2 * PER_ROUND}`);
  return (claimed * 1_000) / spentMs;
}

async function timeStart(world: World, place: Place): Promise<number> {
  await using running = await runOn(world, place);
  return running.startMs;
}
