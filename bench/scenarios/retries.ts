// Ten thousand retries that come due within one second: none early, and how late they are at the receiver. Beside it a loop
// that has them all in memory, sorted, and stores nothing.
import { bootId, monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import type { HeldDelivery } from '../../packages/posthorn/src/domain/delivery.ts';
import { type AttemptId, makeId } from '../../packages/posthorn/src/domain/ids.ts';
import { steady, wall } from '../../packages/posthorn/src/domain/time.ts';
import type { AttemptRecord } from '../../packages/posthorn/src/seams/store/queue.ts';
import { type Check, judge } from '../measure/checks.ts';
import { interleave, type Measured, type Row, type Variant } from '../measure/rounds.ts';
import type { LoopQuestion } from '../processes/bare-loop.ts';
import type { Received } from '../processes/receiver.ts';
import { Child } from '../world/child.ts';
import { asOwner, fill, makeEndpoints, random, SECRET } from '../world/fill.ts';
import type { StoreKind } from '../world/places.ts';
import { runOn } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { CONCURRENCY } from './draining.ts';
import type { Scenario } from './scenario.ts';

const WITHIN_MS = 1_000;
const ENDPOINTS = 100;
/** Delivered before: a process that has just started compiles its code. */
const WARM_UP = 4_000;
const RECORDS_PER_CALL = 500;
/** From the start of a measurement to the first due moment: filling the store and the warm-up must be done by then. */
const AHEAD_MS = 15_000;
const ROUNDS = 2;
const LATE_P99_MS = 100;

export const retries: Scenario = {
  name: 'retries',
  promise: '10,000 retries due within a second are never early and at the 99th percentile less than 100 ms late',
  extents: ['full', 'long'],
  async run(world) {
    const rows = await interleave(
      [5_000, 10_000].flatMap((count) => [
        fromMemory(world, count),
        fromStore(world, 'sqlite', count),
        fromStore(world, 'postgres', count),
      ]),
      ROUNDS,
      world.say,
    );
    return { unit: 'p99 ms late', rows, checks: rows.flatMap(checksOf) };
  },
};

function checksOf({ variant, values, more }: Row): Check[] {
  if (variant.startsWith('loop')) return [];
  const early = judge({ promise: `retries: ${variant}, none early`, wants: 'at least', target: 0, unit: ' ms' }, [
    more['earliest ms'] ?? Number.NaN,
  ]);
  const late = {
    promise: `retries: ${variant}, p99 late`,
    wants: 'at most',
    target: LATE_P99_MS,
    unit: ' ms',
  } as const;
  return [early, judge(late, values)];
}

function measuredOf({ calls, latency }: Received, expected: number): Measured {
  if (calls !== expected) throw new Error(`${expected} calls were to come, ${calls} came`);
  const { least, p50, p99, most } = latency;
  return { value: p99, more: { 'earliest ms': least, 'p50 ms': p50, 'latest ms': most } };
}

function fromMemory(world: World, count: number): Variant {
  return {
    name: `loop, ${count}`,
    async measure() {
      const { child, origins } = await world.receiver();
      const loop = new Child<LoopQuestion>('bare-loop.ts');
      const common = { sender: 'posthorn', ca: world.caPem, secret: SECRET, concurrencyOverAll: 1_024 } as const;
      const urls = Array.from({ length: ENDPOINTS }, (_, index) => `${origins[0]}/hook/${index}`);
      await loop.ask({ ...common, urls, calls: WARM_UP, concurrency: 1 });
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
    name: `${kind}, ${count}`,
    async measure() {
      const { child, origins } = await world.receiver();
      const place = await world.places.make(kind);
      const store = await place.open();
      const endpoints = await makeEndpoints(
        store,
        Array.from({ length: ENDPOINTS }, (_, index) => ({ url: `${origins[0]}/hook/${index}` })),
      );
      const offset = await store.clockOffset({ id: bootId(), monotonicMs: monotonicMs(), wallMs: Date.now() });
      const from = Math.ceil(monotonicMs() + AHEAD_MS);
      // Whole milliseconds on the steady clock, as the engine stores them.
      const dueOf = (index: number) => Math.ceil(from + (index * WITHIN_MS) / count + offset);
      await asOwner(store, async (owner) => {
        await fill(store, owner, endpoints, WARM_UP, 'backlog');
        const { held } = await fill(store, owner, endpoints, count, 'leased', (index) => dueOf(index) - offset);
        for (let at = 0; at < held.length; at += RECORDS_PER_CALL) {
          const batch = held.slice(at, at + RECORDS_PER_CALL);
          await store.record(
            owner,
            batch.map((delivery, index) => failed(delivery, dueOf(at + index))),
          );
        }
      });
      await store.close();

      await child.ask({ kind: 'expect', count: WARM_UP + count, warmUp: WARM_UP });
      await using _running = await runOn(world, place);
      await child.ask({ kind: 'warm', before: WARM_UP });
      if (monotonicMs() > from) throw new Error('the warm-up took too long: the retries were due already');
      return measuredOf(await child.ask<Received>({ kind: 'done' }), WARM_UP + count);
    },
  };
}

/** A first attempt that found nobody. */
function failed({ id }: HeldDelivery, dueAt: number): AttemptRecord {
  const now = wall(Date.now());
  return {
    deliveryId: id,
    attemptId: makeId<AttemptId>(now, random.bytes(10)),
    number: 1,
    trigger: 'schedule',
    startedAt: now,
    endedAt: now,
    result: {
      ...{ outcome: 'connect_refused', response: null, error: 'The connection was refused.' },
      ...{ connectMs: null, durationMs: 1, repeated: false },
    },
    next: { state: 'pending', dueAt: steady(dueAt), failures: 1, interruptions: 0, resume: null },
  };
}
