import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { FAILED, newId, SUCCEEDED } from '../../../tests/store-contract/makers.ts';
import { Dice } from '../../../tests/support/dice.ts';
import { ACME, leasedDelivery } from '../../../tests/support/leased-delivery.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { Call } from '../../domain/call.ts';
import type { LeasedDelivery } from '../../domain/delivery.ts';
import { DEFAULT_SETTINGS } from '../../domain/endpoint/settings.ts';
import type { DeliveryId, EndpointId, OwnerId } from '../../domain/ids.ts';
import type { CallResult } from '../../domain/outcome.ts';
import { headerNamesOf } from '../../domain/profile.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { AttemptRecord, Release } from '../../seams/store/queue.ts';
import { DueNotice } from '../due-notice.ts';
import { Catalogs } from '../endpoints/catalog.ts';
import { EndpointDocuments } from '../endpoints/documents.ts';
import { Endpoints } from '../endpoints/endpoints.ts';
import type { Report } from '../reports.ts';
import { StoreHealth } from '../store-health.ts';
import { Attempts } from './attempts.ts';
import { Holdings } from './holdings.ts';
import { Recorder } from './recorder.ts';
import { SenderProfiles } from './sender-profiles.ts';

const LANE_RULES = { concurrency: 4 };
const KEY = new Uint8Array(32);
const PROFILE = { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/test' };

/** Attempts of one endpoint, whose receiver answers after a second, and all that becomes of them, in order. */
async function attempting(test: TestContext) {
  const time = new SimulatedTime();
  const memory = createMemoryStore();
  test.after(() => memory.close());
  const clock = time.clock();
  const random = new Dice(1).random();
  const state = { result: FAILED as CallResult, away: false, mine: true, recordMs: 0, fresh: true };
  /** The steps taken so far, e.g. `started`, `sent`, `recorded`. */
  const steps: string[] = [];
  const calls: Call[] = [];
  const recorded: { readonly owner: OwnerId; readonly record: AttemptRecord }[] = [];
  const released: Release[] = [];
  const dueAt: number[] = [];
  const store = {
    ...memory,
    begin: async (_: OwnerId, marks: readonly { readonly deliveryId: DeliveryId }[]) => {
      steps.push('start stored');
      return state.mine ? marks.map(({ deliveryId }) => deliveryId) : [];
    },
    record: async (owner: OwnerId, records: readonly AttemptRecord[]) => {
      await time.sleep(state.recordMs);
      steps.push('recorded');
      for (const record of records) recorded.push({ owner, record });
      return records.map(() => 'recorded' as const);
    },
    release: async (_: OwnerId, releases: readonly Release[]) => void released.push(...releases),
  };
  const sender = {
    send: async (call: Call, stop: AbortSignal): Promise<CallResult> => {
      steps.push('sent');
      calls.push(call);
      const { promise, resolve } = Promise.withResolvers<CallResult>();
      const cut = { outcome: 'interrupted', connectMs: null, durationMs: 1, repeated: false, response: null } as const;
      stop.addEventListener('abort', () => resolve({ ...cut, error: 'Cut off.' }));
      void time.sleep(1_000).then(() => resolve(state.result));
      return await promise;
    },
    close: async () => {},
  };
  const due = new DueNotice();
  const doubts: number[] = [];
  due.tell({ mayBeDue: (at) => dueAt.push(at), mayClaim: () => doubts.push(time.now), lookAround() {} });
  const health = new StoreHealth(clock, () => {});
  const holdings = new Holdings(store, clock, random, health, due);
  const load = async () => {
    if (state.away) throw new StoreUnavailable('unreachable', 'away');
    return await store.catalog(ACME);
  };
  const catalogs = new Catalogs(load, new EndpointDocuments(KEY, random), clock, false, LANE_RULES, {
    damaged: ({ message }) => assert.fail(message),
    loaded: () => {},
  });
  const lanes = { finished: (_: LeasedDelivery, how: string | undefined) => void steps.push(`finished ${how}`) };
  const report = ({ kind }: Report) => void steps.push(kind);
  const basics = { store, clock, random, health, holdings, catalogs, due, report };
  const recorder = new Recorder({ ...basics, tallies: { attempted() {} } }, () => {});
  const senders = new SenderProfiles(store, PROFILE);
  const attempts = new Attempts({ ...basics, sender, recorder, senders, lanes, leases: state });
  await senders.start();
  await store.putTenant(ACME, undefined, time.wallNow);
  /** @param key that its secrets are sealed with */
  const endpoint = async (key = KEY): Promise<EndpointId> => {
    const documents = new EndpointDocuments(key, random);
    const settings = { ...DEFAULT_SETTINGS, url: 'https://receiver.example/hook', secrets: ['a good secret'] as const };
    const made = await new Endpoints({ ...basics, documents, lanes: { follow() {} }, laneRules: LANE_RULES }).create(
      ACME,
      settings,
      'key',
      {},
    );
    assert.ok(typeof made === 'object');
    return made.id;
  };
  /** A delivery of this process, whose turn has come. */
  const run = (endpointId: EndpointId, parts: Partial<LeasedDelivery> = {}) => {
    const delivery = leasedDelivery({ endpointId, ...parts });
    holdings.add(delivery, { since: 'accepted', at: time.now });
    void attempts.run(delivery);
    return delivery;
  };
  return {
    time,
    store,
    state,
    senders,
    steps,
    calls,
    recorded,
    released,
    dueAt,
    doubts,
    holdings,
    attempts,
    endpoint,
    run,
  };
}

describe('an attempt', () => {
  it('is one call, signed, and its record says what follows', async (test) => {
    const { time, senders, steps, calls, recorded, endpoint, run, holdings } = await attempting(test);
    const delivery = run(await endpoint());
    await time.pass(5_000);
    assert.deepEqual(steps, ['started', 'sent', 'finished failing', 'recorded', 'attempted']);
    const [call] = calls;
    assert.deepEqual([call?.url, call?.body], ['https://receiver.example/hook', delivery.event.body]);
    const headers = new Map(call?.headers);
    assert.equal(headers.get('user-agent'), 'Posthorn/test');
    assert.match(headers.get('x-iadvize-signature') ?? '', /^sha256=[0-9a-f]{64}$/);
    const [{ owner, record } = assert.fail('nothing is recorded')] = recorded;
    assert.deepEqual([owner, record.number, record.trigger], [holdings.owner, 1, 'schedule']);
    assert.equal(record.endedAt - record.startedAt, 1_000);
    assert.deepEqual(record.madeFrom, { version: 1, sender: senders.number });
    assert.ok(record.next.state === 'pending');
    assert.equal(record.next.dueAt - time.now, 10_000 + 1_000 - 5_000, '10 s after it ended');
  });

  it('that succeeds ends the delivery', async (test) => {
    const { time, state, steps, recorded, endpoint, run } = await attempting(test);
    state.result = SUCCEEDED;
    run(await endpoint());
    await time.pass(5_000);
    assert.deepEqual([recorded[0]?.record.next.state, steps[2]], ['succeeded', 'finished healthy']);
  });

  it('waits for the store that holds its endpoint', async (test) => {
    const { time, state, steps, endpoint, run } = await attempting(test);
    const id = await endpoint();
    state.away = true;
    run(id);
    await time.pass(10_000);
    assert.deepEqual(steps, []);
    state.away = false;
    await time.pass(5_000);
    assert.deepEqual(steps, ['started', 'sent', 'finished failing', 'recorded', 'attempted']);
  });

  it('is cut off in the middle, which is recorded too', async (test) => {
    const { time, recorded, attempts, endpoint, run } = await attempting(test);
    const endpointId = await endpoint();
    run(endpointId);
    await time.pass(500);
    attempts.cutOff();
    await time.pass(1);
    assert.equal(recorded[0]?.record.result.outcome, 'interrupted');
    run(endpointId);
    await time.pass(2_000);
    assert.equal(recorded[1]?.record.result.outcome, 'http_status', 'those after it are not');
  });

  it('whose secrets cannot be read is our own failure, recorded without a call', async (test) => {
    const { time, steps, recorded, endpoint, run } = await attempting(test);
    run(await endpoint(new Uint8Array(32).fill(1)));
    await time.pass(5_000);
    assert.deepEqual(steps, ['finished failing', 'recorded', 'attempted']);
    assert.deepEqual([recorded[0]?.record.result.outcome, recorded[0]?.record.next.state], ['local_error', 'pending']);
  });
});

describe('no attempt is made', () => {
  it('of a delivery whose endpoint is gone: it is cancelled', async (test) => {
    const { time, steps, released, endpoint, run, holdings } = await attempting(test);
    await endpoint();
    const { id } = run(newId<EndpointId>());
    await time.pass(5_000);
    assert.deepEqual(
      released.map(({ id: each, to }) => [each, to]),
      [[id, 'cancelled']],
    );
    assert.deepEqual([steps, holdings.size], [['finished healthy'], 0]);
  });

  it('while its endpoint is disabled: it is paused, and looked for at once in case that has changed', async (test) => {
    const { time, store, steps, released, dueAt, endpoint, run, holdings } = await attempting(test);
    const endpointId = await endpoint();
    await store.setEndpointState(ACME, endpointId, 'disabled', time.now, time.wallNow);
    const now = time.now;
    const { id } = run(endpointId);
    await time.pass(5_000);
    assert.deepEqual([released, dueAt], [[{ id, to: 'paused', now }], [now]]);
    assert.deepEqual([steps, holdings.size], [['finished healthy'], 0]);
  });

  it('while it is not certain whose the delivery is: it is forgotten, and the store is asked', async (test) => {
    const { time, state, steps, doubts, endpoint, run, holdings } = await attempting(test);
    const endpointId = await endpoint();
    state.fresh = false;
    run(endpointId);
    await time.pass(5_000);
    assert.deepEqual([steps, doubts.length, holdings.size], [['finished healthy'], 1, 0]);
  });
});

describe('an attempt that may be what ends the process', () => {
  for (const [what, parts] of [
    ['suspect', { suspect: true }],
    ['interrupted before', { interruptions: 1 }],
  ] as const) {
    it(`is not made before its start is stored: ${what}`, async (test) => {
      const { time, steps, endpoint, run } = await attempting(test);
      run(await endpoint(), parts);
      await time.pass(5_000);
      assert.deepEqual(steps, ['start stored', 'started', 'sent', 'finished failing', 'recorded', 'attempted']);
    });
  }

  it('is not made if the delivery turns out to be somebody else’s', async (test) => {
    const { time, state, steps, doubts, endpoint, run, holdings } = await attempting(test);
    state.mine = false;
    run(await endpoint(), { suspect: true });
    await time.pass(5_000);
    assert.deepEqual([steps, doubts.length, holdings.size], [['start stored', 'finished healthy'], 1, 0]);
  });

  it('on probation, lets no other begin before its record is on disk', async (test) => {
    const { time, state, steps, endpoint, run } = await attempting(test);
    state.recordMs = 3_000;
    run(await endpoint(), { interruptions: 3 });
    await time.pass(3_900);
    assert.deepEqual(steps, ['start stored', 'started', 'sent']);
    await time.pass(1_000);
    assert.deepEqual(steps.slice(3), ['recorded', 'attempted', 'finished failing']);
  });
});
