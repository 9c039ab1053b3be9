import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Dice } from '../../../tests/support/dice.ts';
import { ACME } from '../../../tests/support/leased-delivery.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import { DEFAULT_SETTINGS, type EndpointSettings } from '../../domain/endpoint/settings.ts';
import type { EndpointId, EndpointUid, TenantId } from '../../domain/ids.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { DueNotice } from '../due-notice.ts';
import { Catalogs } from './catalog.ts';
import { EndpointDocuments } from './documents.ts';
import { Endpoints, type OpenEndpoint } from './endpoints.ts';
import type { LaneRules } from './lane-rules.ts';

const SETTINGS: EndpointSettings = {
  ...DEFAULT_SETTINGS,
  url: 'https://receiver.example/hook',
  secrets: ['a secret of good length'],
};
const RULES = { concurrency: 16 };
const ALL = { limit: 1_000, after: null };

/** The endpoints of one tenant, on a store in memory. */
async function endpointsOf(test: TestContext) {
  const time = new SimulatedTime();
  const store = createMemoryStore();
  test.after(() => store.close());
  await store.putTenant(ACME, undefined, time.wallNow);
  const clock = time.clock();
  const random = new Dice(1).random();
  const documents = new EndpointDocuments(new Uint8Array(32), random);
  const catalogs = new Catalogs((tenantId) => store.catalog(tenantId), documents, clock, false, RULES, {
    damaged: ({ message }) => assert.fail(message),
    loaded: () => {},
  });
  const dueAt: number[] = [];
  const due = new DueNotice();
  due.tell({ mayBeDue: (at) => dueAt.push(at), lookAround() {} });
  const followed: [EndpointId, number][] = [];
  const lanes = {
    follow: (id: EndpointId, { concurrency }: LaneRules) => void followed.push([id, concurrency]),
  };
  const endpoints = new Endpoints({ store, clock, random, catalogs, documents, due, lanes, laneRules: RULES });
  const create = async (settings: Partial<EndpointSettings> = {}, uid?: string): Promise<OpenEndpoint> => {
    const given = uid === undefined ? {} : { uid: uid as EndpointUid };
    const made = await endpoints.create(ACME, { ...SETTINGS, ...settings }, 'key', given);
    assert.ok(typeof made === 'object', String(made));
    return made;
  };
  /** How the endpoint would be called now. */
  const callable = async (id: EndpointId) => (await catalogs.get(ACME))?.endpoint(id);
  return { time, store, dueAt, followed, endpoints, create, callable };
}

/** The store's answer to this call is lost once: it has done what it was asked. */
function loseAnswer<Name extends string, Call extends (...given: never[]) => Promise<unknown>>(
  store: Record<Name, Call>,
  name: Name,
  call: (...given: Parameters<Call>) => Promise<unknown>,
): void {
  Object.assign(store, {
    [name]: async (...given: Parameters<Call>) => {
      await call(...given);
      throw new StoreUnavailable('unreachable', 'the answer was lost');
    },
  });
}

describe('a new endpoint', () => {
  it('is called from the next event on', async (test) => {
    const { create, callable } = await endpointsOf(test);
    const first = await create();
    assert.equal((await callable(first.id))?.url, SETTINGS.url);
    const second = await create({ url: 'https://other.example/' });
    assert.equal((await callable(second.id))?.url, 'https://other.example/');
  });

  it('is refused by name: no such tenant, an id of the application that another has', async (test) => {
    const { endpoints, create } = await endpointsOf(test);
    await create({}, 'orders');
    assert.equal(await endpoints.create('nobody' as TenantId, SETTINGS, 'key', {}), 'unknown_tenant');
    assert.equal(await endpoints.create(ACME, SETTINGS, 'key', { uid: 'orders' as EndpointUid }), 'uid_taken');
  });
});

describe('a change', () => {
  it('makes the next version, which is called at once', async (test) => {
    const { time, endpoints, create, callable } = await endpointsOf(test);
    const { id, createdAt } = await create();
    await callable(id);
    await time.pass(1_000);
    const changed = await endpoints.change(ACME, id, (now) => ({ ...now, replyTimeoutMs: 5_000 }), 'dashboard');
    assert.ok(changed !== 'missing');
    assert.deepEqual([changed.version, changed.updatedAt - createdAt, changed.replyTimeoutMs], [2, 1_000, 5_000]);
    assert.deepEqual(await endpoints.open(ACME, id), changed);
    assert.equal((await callable(id))?.replyTimeoutMs, 5_000);
  });

  it('of its concurrency is known to its lane at once', async (test) => {
    const { endpoints, create, followed } = await endpointsOf(test);
    const { id } = await create();
    await endpoints.change(ACME, id, (now) => ({ ...now, concurrency: 3 }), 'key');
    await endpoints.change(ACME, id, (now) => ({ ...now, concurrency: null }), 'key');
    assert.deepEqual(followed, [
      [id, 3],
      [id, RULES.concurrency],
    ]);
  });

  it('that changes nothing makes no version', async (test) => {
    const { time, endpoints, create } = await endpointsOf(test);
    const made = await create();
    await time.pass(1_000);
    assert.deepEqual(await endpoints.change(ACME, made.id, (now) => ({ ...now }), 'key'), made);
  });

  it('is made again on what another one has left meanwhile: neither is lost', async (test) => {
    const { endpoints, create } = await endpointsOf(test);
    const { id } = await create();
    let others: Promise<unknown> | undefined;
    const change = (now: EndpointSettings) => {
      others ??= endpoints.change(ACME, id, (then) => ({ ...then, description: 'theirs' }), 'key');
      return { ...now, replyTimeoutMs: 5_000 };
    };
    await endpoints.change(ACME, id, change, 'key');
    await others;
    const both = await endpoints.open(ACME, id);
    assert.deepEqual([both?.version, both?.description, both?.replyTimeoutMs], [3, 'theirs', 5_000]);
  });

  it('of which the answer was lost is called all the same', async (test) => {
    const { store, endpoints, create, callable } = await endpointsOf(test);
    const { id } = await create();
    await callable(id);
    loseAnswer(store, 'replaceEndpoint', store.replaceEndpoint);
    const change = endpoints.change(ACME, id, (now) => ({ ...now, replyTimeoutMs: 5_000 }), 'key');
    await assert.rejects(change, StoreUnavailable);
    assert.equal((await callable(id))?.replyTimeoutMs, 5_000);
  });

  it('of an endpoint that is gone is missing', async (test) => {
    const { endpoints, create, callable } = await endpointsOf(test);
    const { id } = await create();
    await callable(id);
    assert.equal(await endpoints.delete(ACME, id), true);
    assert.equal(await callable(id), undefined);
    assert.equal(await endpoints.change(ACME, id, (now) => ({ ...now, description: 'x' }), 'key'), 'missing');
    assert.equal(await endpoints.setState(ACME, id, 'active'), 'missing');
  });
});

describe('enabling an endpoint', () => {
  it('makes what waited for it due at once; disabling does not', async (test) => {
    const { time, dueAt, endpoints, create, callable } = await endpointsOf(test);
    const { id } = await create();
    await endpoints.setState(ACME, id, 'disabled');
    assert.deepEqual([dueAt, (await callable(id))?.state], [[], 'disabled']);
    await time.pass(1_000);
    await endpoints.setState(ACME, id, 'active');
    assert.deepEqual([dueAt, (await callable(id))?.state], [[time.now], 'active']);
  });

  it('does so although the answer was lost', async (test) => {
    const { time, store, dueAt, endpoints, create, callable } = await endpointsOf(test);
    const { id } = await create();
    await endpoints.setState(ACME, id, 'disabled');
    await callable(id);
    loseAnswer(store, 'setEndpointState', store.setEndpointState);
    await assert.rejects(endpoints.setState(ACME, id, 'active'), StoreUnavailable);
    assert.deepEqual([dueAt, (await callable(id))?.state], [[time.now], 'active']);
  });
});

describe('a search', () => {
  it('finds a text in the id, the own id, the description and the host, in any case', async (test) => {
    const { endpoints, create } = await endpointsOf(test);
    const one = await create({ description: 'Orders of Zürich' }, 'warehouse');
    await create({ url: 'https://other.test/hook', description: 'Users' });
    for (const search of ['ORDERS', 'zürich', 'warehouse', 'Receiver.Example', one.id.slice(-6).toUpperCase()]) {
      const found = await endpoints.openAll(ACME, ALL, { search });
      assert.deepEqual(
        found.map(({ id }) => id),
        [one.id],
        search,
      );
    }
    assert.deepEqual(await endpoints.openAll(ACME, ALL, { search: 'hook' }), [], 'paths may hold secrets');
  });

  it('goes on until it has enough, however many do not match', async (test) => {
    const { time, endpoints, create } = await endpointsOf(test);
    const wanted: EndpointId[] = [];
    for (let number = 0; number < 1_100; number++) {
      await time.pass(1);
      const isWanted = number < 2 || number === 600;
      const { id } = await create({ description: isWanted ? 'wanted' : 'other' });
      if (isWanted) wanted.unshift(id);
    }
    const found = async (limit: number, after: EndpointId | null = null) =>
      (await endpoints.openAll(ACME, { limit, after }, { search: 'wanted' })).map(({ id }) => id);
    assert.deepEqual(await found(2), wanted.slice(0, 2));
    assert.deepEqual(await found(2, wanted[1]), wanted.slice(2));
  });
});
