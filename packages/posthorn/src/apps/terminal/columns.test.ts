import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { styleText } from 'node:util';
import { columns, padLeft, width } from './columns.ts';
import { paintFor } from './paint.ts';

describe('columns', () => {
  it('are as wide as their widest cell, and nothing trails', () => {
    assert.deepEqual(
      columns([
        ['a', 'bbb', 'c'],
        ['aaaa', 'b', ''],
      ]),
      ['a     bbb  c', 'aaaa  b'],
    );
  });

  it('count what is seen: no colours, two places for wide characters, none for combining ones', () => {
    assert.equal(width(styleText('red', 'abc', { validateStream: false })), 3);
    assert.equal(width('日本'), 4);
    assert.equal(width('e\u0301'), 1);
    assert.equal(padLeft('7', 3), '  7');
  });
});

describe('colours', () => {
  const red = (stream: { isTTY?: boolean }, environment: Record<string, string>) =>
    paintFor(stream, environment)('red', 'x') !== 'x';

  it('are for terminals only', () => {
    assert.equal(red({ isTTY: true }, {}), true);
    assert.equal(red({}, {}), false);
  });

  it('obey NO_COLOR, TERM=dumb and FORCE_COLOR', () => {
    assert.equal(red({ isTTY: true }, { NO_COLOR: '1' }), false);
    assert.equal(red({ isTTY: true }, { TERM: 'dumb' }), false);
    assert.equal(red({}, { FORCE_COLOR: '1' }), true);
    assert.equal(red({ isTTY: true }, { FORCE_COLOR: '0' }), false);
  });
});
