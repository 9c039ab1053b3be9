import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DialLimit } from './dial-limit.ts';

/** Notes its name in `begun` whenever it begins, which it does unless nobody waits for it. */
function dialer(name: string, begun: string[], waiting = Number.POSITIVE_INFINITY) {
  let left = waiting;
  return {
    begin() {
      if (left === 0) return false;
      left -= 1;
      begun.push(name);
      return true;
    },
  };
}

describe('the limit of new connections', () => {
  it('does not hold up the first ones', () => {
    const begun: string[] = [];
    new DialLimit().want(dialer('a', begun), 4);
    assert.equal(begun.length, 4);
  });

  it('lets a few through per turn of the loop', async () => {
    const dialLimit = new DialLimit();
    const begun: string[] = [];
    const a = dialer('a', begun);
    dialLimit.want(a, 10);
    for (const expected of [4, 8, 10, 10]) {
      assert.equal(begun.length, expected);
      assert.equal(dialLimit.wanted(a), 10 - expected);
      await turn();
    }
  });

  it('lets all in turn, so that one who wants many does not hold up the others', async () => {
    const dialLimit = new DialLimit();
    const begun: string[] = [];
    dialLimit.want(dialer('a', begun), 1_000);
    dialLimit.want(dialer('b', begun), 2);
    dialLimit.want(dialer('c', begun), 1);
    await turn();
    await turn();
    assert.deepEqual(begun.slice(4, 12), ['a', 'b', 'c', 'a', 'b', 'a', 'a', 'a']);
  });

  it('loses no turn to one for whom nobody waits any more', async () => {
    const dialLimit = new DialLimit();
    const begun: string[] = [];
    dialLimit.want(dialer('a', begun, 4), 8);
    dialLimit.want(dialer('b', begun), 4);
    await turn();
    assert.deepEqual(begun, ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
  });

  it('forgets what is not wanted any more', async () => {
    const dialLimit = new DialLimit();
    const begun: string[] = [];
    const a = dialer('a', begun);
    dialLimit.want(a, 100);
    dialLimit.want(a, 0);
    await turn();
    assert.equal(begun.length, 4);
  });

  it('is open again after a quiet moment', async () => {
    const dialLimit = new DialLimit();
    const begun: string[] = [];
    dialLimit.want(dialer('a', begun), 4);
    await turn();
    await turn();
    dialLimit.want(dialer('b', begun), 4);
    assert.equal(begun.length, 8);
  });
});
