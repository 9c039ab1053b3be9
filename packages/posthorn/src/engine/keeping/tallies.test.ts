import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { FAILED, newId, SUCCEEDED } from '../../../tests/store-contract/makers.ts';
import { Dice } from '../../../tests/support/dice.ts';
import { ACME } from '../../../tests/support/leased-delivery.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { EndpointId, OwnerId, TenantId } from '../../domain/ids.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Tallied } from '../../seams/store/tallies.ts';
import { StoreHealth } from '../store-health.ts';
import { TallyKeeper } from './tallies.ts';

interface Told extends Tallied {
  /** From the beginning. */
  readonly toldAt: number;
  readonly number: number;
}

/** A keeper of tallies on a store that keeps what it is told. Time begins 1.3 s after a full minute. */
async function keeping(test: TestContext) {
  const time = new SimulatedTime();
  await time.pass(60_000 - (time.wallNow % 60_000) + 1_300);
  const start = time.now;
  const memory = createMemoryStore();
  test.after(() => memory.close());
  const told: Told[] = [];
  const state = { away: false, pending: 7 };
  const store = {
    ...memory,
    tally: async (_: OwnerId, number: number, tallied: Tallied) => {
      told.push({ toldAt: time.now - start, number, ...tallied });
      if (state.away) throw new StoreUnavailable('disk_full', 'the disk is full');
    },
  };
  const clock = time.clock();
  const health = new StoreHealth(clock, () => {});
  const countPending = async () => state.pending;
  const tallies = new TallyKeeper({ store, clock, random: new Dice(1).random(), health, countPending });
  const fail = (endpointId: EndpointId) => tallies.attempted(ACME, endpointId, FAILED, null);
  const succeed = (endpointId: EndpointId) => tallies.attempted(ACME, endpointId, SUCCEEDED, 'succeeded');
  /** Starts it and lets the first look at what is pending pass, a minute from the beginning. */
  const begin = async () => {
    tallies.start();
    await time.pass(60_000);
    told.length = 0;
  };
  /** The counts of events and attempts that were told, without those of pending deliveries. */
  const counted = () => told.filter(({ pending }) => pending === null);
  return { time, state, told, health, tallies, begin, fail, succeed, counted };
}

describe('what is counted', () => {
  it('is told at the next whole five seconds of the wall clock, for the moment of the first', async (test) => {
    const { time, told, tallies, begin, succeed } = await keeping(test);
    await begin();
    await time.pass(100);
    const first = time.wallNow;
    tallies.accepted(ACME);
    await time.pass(500);
    const endpointId = newId<EndpointId>();
    succeed(endpointId);
    await time.pass(20_000);
    assert.deepEqual(
      told.map(({ toldAt, number, at, pending }) => [toldAt, number, at, pending]),
      [[63_700, 2, first, null]],
    );
    assert.deepEqual(
      told[0]?.tallies.map(({ scope, counts }) => [scope, counts.accepted, counts.attempts, counts.succeeded]),
      [
        [{ kind: 'endpoint', tenantId: ACME, endpointId }, 0, 1, 1],
        [{ kind: 'tenant', tenantId: ACME }, 1, 0, 0],
      ],
    );
  });

  it('says when an endpoint failed last, and nothing of one that did not', async (test) => {
    const { time, told, begin, fail, succeed } = await keeping(test);
    await begin();
    const [bad, good] = [newId<EndpointId>(), newId<EndpointId>()];
    fail(bad);
    await time.pass(200);
    fail(bad);
    const last = time.wallNow;
    await time.pass(200);
    for (const one of [bad, good]) succeed(one);
    await time.pass(5_000);
    assert.deepEqual(
      told[0]?.tallies.map(({ lastFailedAt }) => lastFailedAt),
      [last, null],
    );
  });

  it('keeps its number until the store has answered, and what comes meanwhile goes under the next one', async (test) => {
    const { time, state, told, begin, succeed, counted } = await keeping(test);
    await begin();
    state.away = true;
    const endpointId = newId<EndpointId>();
    succeed(endpointId);
    await time.pass(14_000);
    succeed(endpointId);
    succeed(endpointId);
    state.away = false;
    await time.pass(10_000);
    assert.deepEqual(
      counted().map(({ number, tallies: [tally] }) => [number, tally?.counts.attempts]),
      [
        [2, 1],
        [2, 1],
        [2, 1],
        [2, 1],
        [3, 2],
      ],
    );
    assert.equal(new Set(told.map(({ at }) => at)).size, 2, 'the moment stays, too');
  });

  it('of more endpoints than are kept apart counts for their tenant, and of more tenants for everybody', async (test) => {
    const { time, tallies, succeed, counted } = await keeping(test);
    for (let n = 0; n < 20_002; n++) succeed(newId<EndpointId>());
    for (let n = 0; n < 20_001; n++) tallies.accepted(`t${n}` as TenantId);
    const stopped = tallies.stop();
    await time.pass(1);
    await stopped;
    const all = counted().flatMap((told) => told.tallies);
    const of = (kind: string) => all.filter(({ scope }) => scope.kind === kind);
    assert.deepEqual([of('endpoint').length, of('tenant').length, of('installation').length], [20_000, 20_000, 1]);
    assert.equal(of('tenant')[0]?.counts.attempts, 2, 'of the first tenant, whose endpoints they are');
    assert.equal(of('installation')[0]?.counts.accepted, 2);
    assert.ok(counted().every((told) => told.tallies.length <= 50));
  });

  it('is told at once to whoever reads, unless the store does not take it', async (test) => {
    const { time, state, tallies, succeed, counted } = await keeping(test);
    tallies.start();
    succeed(newId<EndpointId>());
    await tallies.catchUp();
    assert.deepEqual(
      counted().map(({ toldAt }) => toldAt),
      [0],
    );
    state.away = true;
    succeed(newId<EndpointId>());
    await tallies.catchUp();
    state.away = false;
    await time.pass(5_000);
    assert.deepEqual(
      counted().map(({ number }) => number),
      [1, 2, 2],
    );
  });
});

describe('how much is pending', () => {
  it('is looked at at every full minute, once, though nothing is counted', async (test) => {
    const { time, state, told, tallies } = await keeping(test);
    tallies.start();
    await time.pass(60_000);
    state.pending = 9;
    await time.pass(60_000);
    assert.deepEqual(
      told.map(({ toldAt, pending, tallies: counts }) => [toldAt, pending, counts.length]),
      [
        [58_700, 7, 0],
        [118_700, 9, 0],
      ],
    );
  });
});

describe('at the end', () => {
  it('all that is left is told, and no timer stays', async (test) => {
    const { time, tallies, succeed, counted } = await keeping(test);
    tallies.start();
    succeed(newId<EndpointId>());
    await tallies.stop();
    assert.equal(counted().length, 1);
    assert.equal(time.next, undefined);
  });

  it('it is told again until the store is given up', async (test) => {
    const { time, state, health, tallies, succeed, counted } = await keeping(test);
    tallies.start();
    state.away = true;
    succeed(newId<EndpointId>());
    let hasStopped = false;
    const stopped = tallies.stop().then(() => {
      hasStopped = true;
    });
    await time.pass(10_000);
    assert.equal(hasStopped, false);
    health.stopRetrying();
    await time.pass(10_000);
    await stopped;
    assert.ok(counted().length > 5);
  });
});
