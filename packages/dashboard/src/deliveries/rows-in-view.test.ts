import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rowsLaidOut, rowsSeen } from './rows-in-view.ts';

const at = (top: number, count = 1_000) => rowsSeen({ top, heightPx: 500, rowPx: 50, count });

describe('the rows in view', () => {
  it('are those that the window touches', () => {
    assert.deepEqual(at(200), { first: 0, last: 5 });
    assert.deepEqual(at(-25), { first: 0, last: 10 });
    assert.deepEqual(at(-5_000), { first: 100, last: 109 });
    assert.deepEqual(at(-1_000_000), { first: 999, last: 999 });
    assert.deepEqual(at(200, 3), { first: 0, last: 2 });
  });

  it('are laid out with some around them, and not anew for every pixel', () => {
    const layouts = Array.from({ length: 400 }, (_, pixel) => rowsLaidOut(at(-5_000 - pixel), 1_000));
    for (const [pixel, { first, last }] of layouts.entries()) {
      const seen = at(-5_000 - pixel);
      assert.ok(seen.first - first >= 16 && last - seen.last >= 16 && last - first < 64);
    }
    assert.ok(new Set(layouts.map(({ first, last }) => `${first}-${last}`)).size <= 4);
    assert.deepEqual(rowsLaidOut(at(200, 3), 3), { first: 0, last: 2 });
  });
});
