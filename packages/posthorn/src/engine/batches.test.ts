import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedTime } from '../../tests/support/simulated-time.ts';
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
    const result = new Batches(new SimulatedTime().clock(), 10, () => 1, commit).add(1);
    await turn();
    begun[0]?.finish();
    assert.equal(await result, 10);
  });

  it('lets what arrives during a commit share the next one, and answers each in its own place', async () => {
    const { begun, commit } = manual();
    const batches = new Batches(new SimulatedTime().clock(), 10, () => 1, commit);
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
    const batches = new Batches(new SimulatedTime().clock(), 5, (item: number) => item, commit);
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
    const batches = new Batches(new SimulatedTime().clock(), 1, () => 1, commit);
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
    const batches = new Batches(new SimulatedTime().clock(), 1, () => 1, commit);
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

  it('keeps a distance behind a crowded batch, so that the next one gathers company', async () => {
    const time = new SimulatedTime();
    const { begun, commit } = manual();
    const batches = new Batches(time.clock(), 10, () => 1, commit);
    const results = [1, 2, 3, 4].map((item) => batches.add(item));
    await time.pass(0);
    begun[0]?.finish();
    await Promise.all(results);
    const later = [batches.add(5)];
    await time.pass(4);
    later.push(batches.add(6));
    assert.equal(begun.length, 1);
    await time.pass(1);
    assert.deepEqual(begun[1]?.items, [5, 6]);
    begun[1]?.finish();
    assert.deepEqual(await Promise.all(later), [50, 60]);
  });

  it('keeps none behind one that few shared, nor behind one that took longer itself', async () => {
    const time = new SimulatedTime();
    const { begun, commit } = manual();
    const batches = new Batches(time.clock(), 10, () => 1, commit);
    const results = [batches.add(1)];
    await time.pass(0);
    for (const item of [2, 3, 4, 5]) results.push(batches.add(item));
    begun[0]?.finish();
    await turn();
    assert.equal(begun.length, 2);
    await time.pass(6);
    results.push(batches.add(6));
    begun[1]?.finish();
    await turn();
    assert.equal(begun.length, 3);
    begun[2]?.finish();
    await Promise.all(results);
  });
});
