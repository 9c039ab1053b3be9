// Idempotency keys: a key is one request's, in every process and after a restart, until it is forgotten or given up; and what
// the request changes is changed once, whoever dies between the change and the answer.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { ClaimId } from '../../src/domain/ids.ts';
import { steady } from '../../src/domain/time.ts';
import type { ClaimedKey, KeyClaim } from '../../src/seams/store/idempotency.ts';
import { type Store, StoreUnavailable } from '../../src/seams/store/index.ts';
import { assertSame, type Bench, type ContractIt } from './bench.ts';
import {
  attemptOf,
  DONE,
  later,
  newEndpoint,
  newId,
  STEADY,
  SUCCEEDED,
  tenantId,
  utf8,
  WALL,
  wallLater,
} from './makers.ts';
import { begin } from './replays.ts';
import { endedDelivery } from './retry.ts';

const DAY = 86_400_000;

/** @param key tells keys apart @param request tells requests apart @param at milliseconds after the beginning */
function claimOf(key: number, request: number, at: number): KeyClaim {
  const bytes = (fill: number) => new Uint8Array(32).fill(fill);
  return { hash: bytes(key), request: bytes(request), id: newId<ClaimId>(), at: wallLater(at) };
}

/** Keys are forgotten after a day, and claims abandoned after 100 ms. */
const claim = (store: Store, made: KeyClaim) =>
  store.claimKey(made, wallLater(made.at - wallLater(0) - DAY), wallLater(made.at - wallLater(0) - 100));

/** A key that a request has claimed just now. */
async function claimed({ store }: Bench, key = 1): Promise<ClaimedKey> {
  const made = claimOf(key, 1, 0);
  assert.equal((await claim(store, made)).kind, 'claimed');
  return made;
}

export function idempotencyContract(it: ContractIt): void {
  describe('idempotency keys', () => {
    it('are claimed by one, and taken for all others, elsewhere and after a restart too', async (bench) => {
      const first = claimOf(1, 1, 0);
      assert.deepEqual(await claim(bench.store, first), { kind: 'claimed', id: first.id });
      const taken = { kind: 'taken', request: first.request, answer: null };
      for (const store of [bench.store, await bench.another()]) {
        assertSame(await claim(store, claimOf(1, 1, 50)), taken);
        assertSame(await claim(store, claimOf(1, 2, 50)), taken);
      }
      const reopened = await bench.reopen();
      assertSame(await claim(reopened, claimOf(1, 1, 60)), taken);
      const other = claimOf(2, 1, 60);
      assert.deepEqual(await claim(reopened, other), { kind: 'claimed', id: other.id });
    });

    it('are claimed by one of many that come at once', async ({ store }) => {
      const claims = Array.from({ length: 20 }, () => claimOf(1, 1, 0));
      const answers = await Promise.all(claims.map((made) => claim(store, made)));
      assert.equal(answers.filter(({ kind }) => kind === 'claimed').length, 1);
    });

    it('keep their answer for as long as they are not forgotten', async ({ store }) => {
      const first = claimOf(1, 1, 0);
      await claim(store, first);
      await store.answerKey(first.hash, first.id, utf8('sealed'));
      assertSame(await claim(store, claimOf(1, 1, DAY)), {
        kind: 'taken',
        request: first.request,
        answer: utf8('sealed'),
      });
      const later = claimOf(1, 1, DAY + 1);
      assert.deepEqual(await claim(store, later), { kind: 'claimed', id: later.id });
      assertSame(await claim(store, claimOf(1, 1, DAY + 2)), { kind: 'taken', request: first.request, answer: null });
    });

    it('pass on, with the id of what was made, to the same request when the first is abandoned', async ({ store }) => {
      const first = claimOf(1, 1, 0);
      await claim(store, first);
      assert.equal((await claim(store, claimOf(1, 1, 100))).kind, 'taken');
      assert.deepEqual(await claim(store, claimOf(1, 1, 101)), { kind: 'claimed', id: first.id });
      const other = claimOf(1, 2, 300);
      assert.deepEqual(await claim(store, other), { kind: 'claimed', id: other.id }, 'another request');
    });

    it('pass on at once when they are given up, unless they are answered or another’s by then', async ({ store }) => {
      const first = claimOf(1, 1, 1_000);
      await claim(store, first);
      await store.giveUpKey(first.hash, first.id, wallLater(0));
      const second = claimOf(1, 2, 1_001);
      assert.deepEqual(await claim(store, second), { kind: 'claimed', id: second.id });
      await store.giveUpKey(first.hash, first.id, wallLater(0));
      await store.answerKey(first.hash, first.id, utf8('not mine'));
      assertSame(await claim(store, claimOf(1, 2, 1_002)), { kind: 'taken', request: second.request, answer: null });
      await store.answerKey(second.hash, second.id, utf8('sealed'));
      await store.giveUpKey(second.hash, second.id, wallLater(0));
      assert.equal((await claim(store, claimOf(1, 2, 1_500))).kind, 'taken');
    });

    it('are removed once they are old, some at a time', async ({ store }) => {
      for (let key = 0; key < 5; key++) await claim(store, claimOf(key, 1, key));
      assert.equal(await store.pruneKeys(wallLater(4), 3), 3);
      assert.equal(await store.pruneKeys(wallLater(4), 3), 1);
      assert.equal(await store.pruneKeys(wallLater(4), 3), 0);
      assert.equal((await claim(store, claimOf(4, 1, 5))).kind, 'taken');
      assert.equal((await claim(store, claimOf(0, 1, 5))).kind, 'claimed');
    });
  });

  describe('a change under an idempotency key', () => {
    it('makes an endpoint once, also when that is gone by then', async (bench) => {
      const tenant = await bench.tenant();
      const key = await claimed(bench);
      const first = newEndpoint(tenant);
      assert.equal(await bench.store.createEndpoint(first, 10, key), 'created');
      const reopened = await bench.reopen();
      assert.equal(await reopened.createEndpoint({ ...first, host: 'other.example' }, 10, key), 'created');
      assertSame(await reopened.endpoint(tenant, first.id), first);
      await reopened.deleteEndpoint(tenant, first.id, WALL);
      assert.equal(await reopened.createEndpoint(first, 10, key), 'created');
      assert.equal(await reopened.endpoint(tenant, first.id), undefined);
    });

    it('is refused again, though it would be possible by now', async (bench) => {
      const key = await claimed(bench);
      const endpoint = newEndpoint(tenantId('acme'));
      assert.equal(await bench.store.createEndpoint(endpoint, 10, key), 'unknown_tenant');
      const tenant = await bench.tenant('acme');
      assert.equal(await bench.store.createEndpoint(endpoint, 10, key), 'unknown_tenant');
      assert.equal(await bench.store.endpoint(tenant, endpoint.id), undefined);
    });

    it('disables an endpoint once, and then answers with its state of today', async (bench) => {
      const { endpoint } = await bench.start();
      const key = await claimed(bench);
      const disable = async (store: Store) =>
        (await store.setEndpointState(endpoint.tenantId, endpoint.id, 'disabled', STEADY, WALL, key))?.state;
      assert.equal(await disable(bench.store), 'disabled');
      await bench.setState(endpoint, 'active', STEADY);
      assert.equal(await disable(await bench.another()), 'active');
      assert.equal((await bench.store.endpoint(endpoint.tenantId, endpoint.id))?.state, 'active');
    });

    it('makes one more attempt once, also when that has been made by then', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      const key = await claimed(bench);
      assert.equal(await bench.store.retry(tenant, delivery.id, STEADY, key), 'due');
      const [again] = await bench.claimDue(owner, STEADY);
      assert.ok(again !== undefined);
      await bench.record(owner, attemptOf(again, SUCCEEDED, DONE, { endedAt: wallLater(90_000) }));
      assert.equal(await (await bench.another()).retry(tenant, delivery.id, later(5), key), 'due');
      assert.equal((await bench.delivery(tenant, delivery.id)).state, 'succeeded');
      assert.equal(
        await bench.store.retry(tenant, delivery.id, later(5), await claimed(bench, 2)),
        'due',
        'another key',
      );
      assert.equal((await bench.delivery(tenant, delivery.id)).state, 'pending');
    });

    it('begins a replay once, and cancels it once', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await endedDelivery(bench, owner, endpoint, 'exhausted');
      const replay = await begin(bench, tenant, {});
      const keys = [await claimed(bench, 1), await claimed(bench, 2)];
      for (const store of [bench.store, await bench.another()]) {
        assert.equal(await store.createReplay({ ...replay, id: newId() }, new Map(), STEADY, 10, keys[0]), 'created');
        const answer = await store.cancelReplay(tenant, replay.id, wallLater(77), keys[1]);
        assert.deepEqual([answer?.kind, answer?.replay.state], ['cancelled', 'cancelled']);
      }
      assert.equal((await bench.store.replays(tenant, { limit: 10, after: null })).length, 2);
    });

    it.onDisk('is made by one of many that come at once', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      await endedDelivery(bench, owner, endpoint, 'exhausted');
      const replay = await begin(bench, tenant, {});
      const key = await claimed(bench);
      const stores = [bench.store, await bench.another()];
      const create = (store: Store) => store.createReplay({ ...replay, id: newId() }, new Map(), STEADY, 10, key);
      const answers = await Promise.all(Array.from({ length: 5 }, () => stores.map(create)).flat());
      assert.deepEqual(answers, Array(10).fill('created'));
      assert.equal((await bench.store.replays(tenant, { limit: 20, after: null })).length, 2);
    });

    it('leaves no outcome when it fails: it can be made again', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      const key = await claimed(bench);
      await assert.rejects(bench.store.retry(tenant, delivery.id, steady(STEADY + 0.5), key));
      assert.equal((await bench.delivery(tenant, delivery.id)).state, 'exhausted');
      assert.equal(await bench.store.retry(tenant, delivery.id, STEADY, key), 'due');
      assert.equal((await bench.delivery(tenant, delivery.id)).state, 'pending');
    });

    it('is not made any more when another request has the key', async (bench) => {
      const { endpoint } = await bench.start();
      const slow = await claimed(bench);
      assert.equal((await claim(bench.store, claimOf(1, 2, 101))).kind, 'claimed');
      const change = bench.store.setEndpointState(endpoint.tenantId, endpoint.id, 'disabled', STEADY, WALL, slow);
      await assert.rejects(change, StoreUnavailable);
      assert.equal((await bench.store.endpoint(endpoint.tenantId, endpoint.id))?.state, 'active');
    });

    it('keeps its key for its request when that is abandoned, until it is forgotten', async (bench) => {
      const { endpoint, tenant } = await bench.start();
      const key = await claimed(bench);
      await bench.store.setEndpointState(tenant, endpoint.id, 'disabled', STEADY, WALL, key);
      assert.equal((await claim(bench.store, claimOf(1, 2, 500))).kind, 'taken', 'another request');
      assert.deepEqual(await claim(bench.store, claimOf(1, 1, 500)), { kind: 'claimed', id: key.id });
      await bench.setState(endpoint, 'active', STEADY);
      await bench.store.setEndpointState(tenant, endpoint.id, 'disabled', STEADY, WALL, key);
      assert.equal((await bench.store.endpoint(tenant, endpoint.id))?.state, 'active', 'it was done before');
      const later = claimOf(1, 2, DAY + 501);
      assert.deepEqual(await claim(bench.store, later), { kind: 'claimed', id: later.id });
      await bench.store.setEndpointState(tenant, endpoint.id, 'disabled', STEADY, WALL, later);
      assert.equal((await bench.store.endpoint(tenant, endpoint.id))?.state, 'disabled');
    });
  });
}
