// Idempotency keys: a key is one request's, in every process and after a restart, until it is forgotten or given up.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { ClaimId } from '../../src/domain/ids.ts';
import type { KeyClaim } from '../../src/seams/store/idempotency.ts';
import type { Store } from '../../src/seams/store/index.ts';
import { assertSame, type ContractIt } from './bench.ts';
import { newId, utf8, wallLater } from './makers.ts';

const DAY = 86_400_000;

/** @param key tells keys apart @param request tells requests apart @param at milliseconds after the beginning */
function claimOf(key: number, request: number, at: number): KeyClaim {
  const bytes = (fill: number) => new Uint8Array(32).fill(fill);
  return { hash: bytes(key), request: bytes(request), id: newId<ClaimId>(), at: wallLater(at) };
}

/** Keys are forgotten after a day, and claims abandoned after 100 ms. */
const claim = (store: Store, made: KeyClaim) =>
  store.claimKey(made, wallLater(made.at - wallLater(0) - DAY), wallLater(made.at - wallLater(0) - 100));

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
}
