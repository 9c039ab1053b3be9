// One event to a thousand endpoints: one request, one transaction, a thousand deliveries.
import { checkRatio } from '../measure/checks.ts';
import { interleave, type Variant } from '../measure/rounds.ts';
import { makeEndpoints } from '../world/fill.ts';
import type { StoreKind } from '../world/places.ts';
import { runOn } from '../world/running.ts';
import type { World } from '../world/world.ts';
import { drainPosthorn } from './draining.ts';
import { expectNoFailures, post } from './posting.ts';
import type { Scenario } from './scenario.ts';

const ENDPOINTS = 1_000;
const WARM_UP_EVENTS = 5;
const SIZES = { quick: { rounds: 2, events: 8 }, full: { rounds: 3, events: 15 } };

export const fanOut: Scenario = {
  name: 'fan-out',
  promise: 'an event to a thousand endpoints is delivered nearly as fast as a backlog',
  extents: ['quick', 'full', 'long'],
  async run(world, extent) {
    const quick = extent === 'quick';
    const { rounds, events } = quick ? SIZES.quick : SIZES.full;
    const warmUp = WARM_UP_EVENTS * ENDPOINTS;
    const drain = { calls: events * ENDPOINTS + warmUp, warmUp };
    const kinds = quick ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const);
    const rows = await interleave(
      kinds.flatMap((kind) => [
        drainPosthorn(world, kind, drain, `${kind}, a backlog`),
        toAThousand(world, kind, events, `${kind}, ${ENDPOINTS} endpoints`),
      ]),
      rounds,
      world.say,
    );
    const checks = kinds.flatMap((kind) => {
      const promise = `fan-out: ${kind} to its draining rate`;
      return checkRatio(
        rows,
        { promise, of: `${kind}, ${ENDPOINTS} endpoints`, to: `${kind}, a backlog`, atLeast: 0.7 },
        quick,
      );
    });
    return { unit: 'deliveries/s', rows, checks };
  },
};

function toAThousand(world: World, kind: StoreKind, events: number, name: string): Variant {
  return {
    name,
    async measure() {
      const { origins } = await world.receiver();
      const place = await world.places.make(kind);
      const store = await place.open();
      await makeEndpoints(
        store,
        Array.from({ length: ENDPOINTS }, (_, index) => ({ url: `${origins[0]}/hook/${index}` })),
      );
      await store.close();
      await using running = await runOn(world, place);
      const { ms, received, cpuUs } = await post(world, running, { events, warmUp: WARM_UP_EVENTS }, ENDPOINTS);
      await expectNoFailures(running);
      const { connections } = received;
      return { value: (events * ENDPOINTS * 1_000) / ms, cpuUs, more: { connections } };
    },
  };
}
