// Ten thousand retries that come due within one second: none early, and how late they are at the receiver. Beside it a loop
// that has them all in memory, sorted, and stores nothing.
import { bootId, monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import type { LeasedDelivery } from '../../packages/posthorn/src/domain/delivery.ts';
import { type AttemptId, makeId } from '../../packages/posthorn/src/domain/ids.ts';
import { steady, wall } from '../../packages/posthorn/src/domain/time.ts';
import type { AttemptRecord } from '../../packages/posthorn/src/seams/store/queue.ts';
import { type Check, judge } from '../measure/checks.ts';
import { interleave, type Measured, type Row, type Variant, valuesOf } from '../measure/rounds.ts';
import type { LoopQuestion } from '../processes/bare-loop.ts';
import type { Received } from '../processes/receiver.ts';
import { Child } from '../world/child.ts';
import { asOwner, fill, makeEndpoints, random, SECRET } from '../world/fill.ts';
import { metric } from '../world/metrics.ts';
import { type StoreKind, useStore } from '../world/places.ts';
import { runOn } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { CONCURRENCY } from './draining.ts';
import type { Scenario } from './scenario.ts';

const WITHIN_MS = 1_000;
const COUNT = 10_000;
const ENDPOINTS = 100;
/** Delivered before: code is compiled for about so many deliveries, as in `drain`. */
const WARM_UP = 30_000;
const RECORDS_PER_CALL = 500;
/** From the start of a measurement to the first due moment: filling the store and the warm-up must be done by then. Twice as long when they were not. */
const AHEAD_MS = 12_000;
const MAX_AHEAD_MS = 96_000;
const ROUNDS = 3;
const LATE_P99_MS = 100;
/** The service's own times of the calls' starts, which are earlier than their arrivals. */
const STARTED_IN_TIME = 'posthorn_retry_lateness_seconds_bucket{le="0.1"}';
const STARTED = 'posthorn_retry_lateness_seconds_count';

export const retries: Scenario = {
  name: 'retries',
  promise: '10,000 retries due within a second are never early and at the 99th percentile less than 100 ms late',
  quick: false,
  async run(world, extent) {
    const rows = await interleave(
      [fromMemory(world, COUNT), fromStore(world, 'sqlite', COUNT), fromStore(world, 'postgres', COUNT)],
      extent === 'long' ? 2 * ROUNDS : ROUNDS,
      world.say,
    );
    return { unit: 'p99 ms late', rows, checks: rows.flatMap(checksOf) };
  },
};

function checksOf({ variant, rounds, more }: Row): Check[] {
  if (variant === 'loop') return [];
  const early = judge({ promise: `retries: ${variant}, none early`, wants: 'at least', target: 0, unit: ' ms' }, [
    more['earliest ms'] ?? Number.NaN,
  ]);
  const late = {
    promise: `retries: ${variant}, p99 late`,
    wants: 'at most',
    target: LATE_P99_MS,
    unit: ' ms',
  } as const;
  return [early, judge(late, valuesOf(rounds))];
}

function measuredOf({ calls, latency }: Received, expected: number): Measured {
  if (calls !== expected) throw new Error(`${expected} calls were to come, ${calls} came`);
  const { least, p50, p99, most } = latency;
  return { value: p99, more: { 'earliest ms': least, 'p50 ms': p50, 'latest ms': most } };
}

function fromMemory(world: World, count: number): Variant {
  return {
    name: 'loop',
    async measure() {
      const { child, origins } = await world.receiver();
      const loop = new Child<LoopQuestion>('bare-loop.ts');
      const common = { sender: 'posthorn', ca: world.caPem, secret: SECRET, concurrencyOverAll: 1_024 } as const;
      const urls = Array.from({ length: ENDPOINTS }, (_, index) => `${origins[0]}/hook/${index}`);
      await loop.ask({ ...common, urls, calls: WARM_UP, concurrency: CONCURRENCY });
      await child.ask({ kind: 'expect', count, warmUp: 0 });
      const from = monotonicMs() + WITHIN_MS;
      await loop.ask({ ...common, urls, calls: count, concurrency: CONCURRENCY, due: { from, to: from + WITHIN_MS } });
      await loop.stop();
      return measuredOf(await child.ask<Received>({ kind: 'done' }), count);
    },
  };
}

function fromStore(world: World, kind: StoreKind, count: number): Variant {
  return {
    name: kind,
    async measure() {
      for (let aheadMs = AHEAD_MS; aheadMs <= MAX_AHEAD_MS; aheadMs *= 2) {
        const measured = await onceFromStore(world, kind, count, aheadMs);
        if (measured !== undefined) return measured;
      }
      throw new Error('the warm-up took too long: the retries were due already');
    },
  };
}

/** `undefined` when they were due before the warm-up had ended. */
async function onceFromStore(
  world: World,
  kind: StoreKind,
  count: number,
  aheadMs: number,
): Promise<Measured | undefined> {
  const { child, origins } = await world.receiver();
  const place = await world.places.make(kind);
  const wishes = Array.from({ length: ENDPOINTS }, (_, index) => ({ url: `${origins[0]}/hook/${index}` }));
  const from = Math.ceil(monotonicMs() + aheadMs);
  await useStore(place, async (store) => {
    const endpoints = await makeEndpoints(store, wishes);
    const offset = await store.clockOffset({ id: bootId(), monotonicMs: monotonicMs(), wallMs: Date.now() });
    // Whole milliseconds on the steady clock, as the engine stores them.
    const dueOf = (index: number) => Math.ceil(from + (index * WITHIN_MS) / count + offset);
    await asOwner(store, async (owner) => {
      await fill(store, owner, endpoints, WARM_UP, 'backlog');
      const { leased } = await fill(store, owner, endpoints, count, 'leased', (index) => dueOf(index) - offset);
      for (let at = 0; at < leased.length; at += RECORDS_PER_CALL) {
        const batch = leased.slice(at, at + RECORDS_PER_CALL);
        await store.record(
          owner,
          batch.map((delivery, index) => failed(delivery, dueOf(at + index))),
        );
      }
    });
  });
  await child.ask({ kind: 'expect', count: WARM_UP + count, warmUp: WARM_UP });
  await using running = await runOn(world, place);
  await child.ask({ kind: 'warm', before: WARM_UP });
  const inTime = monotonicMs() < from;
  const measured = measuredOf(await child.ask<Received>({ kind: 'done' }), WARM_UP + count);
  if (!inTime) return undefined;
  const begun = (100 * (await metric(running.url, STARTED_IN_TIME))) / (await metric(running.url, STARTED));
  return { ...measured, more: { ...measured.more, 'begun within 100 ms, %': begun } };
}

/** A first attempt that found nobody. */
function failed({ id }: LeasedDelivery, dueAt: number): AttemptRecord {
  const now = wall(Date.now());
  return {
    deliveryId: id,
    attemptId: makeId<AttemptId>(now, random.bytes(10)),
    number: 1,
    trigger: 'schedule',
    madeFrom: null,
    startedAt: now,
    endedAt: now,
    result: {
      ...{ outcome: 'connect_refused', response: null, error: 'The connection was refused.' },
      ...{ connectMs: null, durationMs: 1, repeated: false },
    },
    next: { state: 'pending', dueAt: steady(dueAt), failures: 1, interruptions: 0, resume: null },
  };
}
