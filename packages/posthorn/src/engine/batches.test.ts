import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Batches } from './batches.ts';

/** A commit that the test finishes by hand. */
function manual() {
  const begun: { items: readonly number[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const commit = (items: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      begun.push({ items, finish: () => resolve(items.map((item) => item * 10)), fail: reject });
    });
  return { begun, commit };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('group commit', () => {
  it('commits a lone item without waiting for company', async () => {
    const { begun, commit } = manual();
    const result = new Batches(10, () => 1, commit).add(1);
    await turn();
    begun[0]?.finish();
    assert.equal(await result, 10);
  });

  it('lets what arrives during a commit share the next one, and answers each in its own place', async () => {
    const { begun, commit } = manual();
    const batches = new Batches(10, () => 1, commit);
    const results = [batches.add(1)];
    await turn();
    results.push(batches.add(2), batches.add(3));
    await turn();
    assert.equal(begun.length, 1);
    begun[0]?.finish();
    await turn();
    assert.deepEqual(begun[1]?.items, [2, 3]);
    begun[1]?.finish();
    assert.deepEqual(await Promise.all(results), [10, 20, 30]);
  });

  it('closes a batch before it grows too heavy, and lets a heavier item go alone', async () => {
    const { begun, commit } = manual();
    const batches = new Batches(5, (item: number) => item, commit);
    const results = [2, 3, 1, 9, 1].map((item) => batches.add(item));
    for (let i = 0; i < 4; i++) {
      await turn();
      begun[i]?.finish();
    }
    await Promise.all(results);
    assert.deepEqual(
      begun.map(({ items }) => items),
      [[2, 3], [1], [9], [1]],
    );
  });

  it('rejects every item of a failed batch and none of the next', async () => {
    const { begun, commit } = manual();
    const batches = new Batches(1, () => 1, commit);
    const [one, two] = [batches.add(1), batches.add(2)];
    await turn();
    begun[0]?.fail(new Error('disk'));
    await assert.rejects(one, /disk/);
    await turn();
    begun[1]?.finish();
    assert.equal(await two, 20);
  });

  it('is idle only when everything is committed', async () => {
    const { begun, commit } = manual();
    const batches = new Batches(1, () => 1, commit);
    const results = [batches.add(1), batches.add(2)];
    let idle = false;
    const waiting = batches.idle().then(() => {
      idle = true;
    });
    await turn();
    begun[0]?.finish();
    await turn();
    assert.equal(idle, false);
    begun[1]?.finish();
    await waiting;
    await Promise.all(results);
  });
});
