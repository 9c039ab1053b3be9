import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dice } from '../../posthorn/tests/support/dice.ts';
import { DiskModel } from './disk-model.ts';
import type { Step } from './trace.ts';

const write = (text: string, offset = 0, file = 'a'): Step => ({
  kind: 'write',
  file,
  offset,
  bytes: Buffer.from(text),
});
const create: Step = { kind: 'create', file: 'a' };
const sync: Step = { kind: 'sync', file: 'a' };
const syncFolder: Step = { kind: 'sync', file: '' };

/** Every content of file `a` that cuts may leave; `undefined` where there is none. */
function leftBy(steps: readonly Step[]): Set<string | undefined> {
  const model = new DiskModel();
  for (const step of steps) model.apply(step);
  const dice = new Dice(1);
  return new Set(Array.from({ length: 300 }, () => model.cut(dice).get('a')?.toString('latin1')));
}

describe('a disk whose power is cut', () => {
  it('keeps what was synced, file and name', () => {
    assert.deepEqual(leftBy([create, write('old'), sync, syncFolder]), new Set(['old']));
  });

  it('may have kept what was not synced, or not', () => {
    const left = leftBy([create, write('old'), sync, syncFolder, write('new')]);
    assert.deepEqual(left, new Set(['old', 'new']));
  });

  it('may keep a later write without an earlier one', () => {
    const left = leftBy([create, write('..'), sync, syncFolder, write('1', 0), write('2', 1)]);
    assert.deepEqual(left, new Set(['..', '1.', '.2', '12']));
  });

  it('may tear a write between sectors, not within them', () => {
    const [old, later] = ['o'.repeat(1_024), 'n'.repeat(1_024)];
    const left = leftBy([create, write(old), sync, syncFolder, write(later)]);
    assert.deepEqual(left, new Set([old, later, 'n'.repeat(512) + 'o'.repeat(512)]));
  });

  it('may forget a name whose folder was not synced, and one that was taken away', () => {
    assert.deepEqual(leftBy([create, write('x'), sync]), new Set([undefined, 'x']));
    const gone: Step = { kind: 'unlink', file: 'a' };
    assert.deepEqual(leftBy([create, write('x'), sync, syncFolder, gone]), new Set([undefined, 'x']));
    assert.deepEqual(leftBy([create, write('x'), sync, syncFolder, gone, syncFolder]), new Set([undefined]));
  });

  it('gives a linked file its content under both names', () => {
    const model = new DiskModel();
    const link: Step = { kind: 'link', file: 'a', to: 'b' };
    for (const step of [create, write('key'), sync, link, syncFolder]) model.apply(step);
    assert.equal(model.cut(new Dice(1)).get('b')?.toString(), 'key');
  });

  it('reads as zeros what was skipped, also where the file was longer once', () => {
    const shorter: Step = { kind: 'truncate', file: 'a', size: 1 };
    const model = new DiskModel();
    for (const step of [create, write('abc'), shorter, write('z', 3)]) model.apply(step);
    assert.equal(model.whole().get('a')?.toString('latin1'), 'a\0\0z');
  });

  it('refuses a change of a file that nobody created: the record has a hole', () => {
    assert.throws(() => new DiskModel().apply(write('x')), /before it was created/);
  });
});
