import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { inert, inertJson, inertLines } from './inert.ts';

describe('inert text', () => {
  it('spells out escape sequences instead of sending them', () => {
    assert.equal(inert('\u001b[2J\u001b]0;owned\u0007'), '\\x1b[2J\\x1b]0;owned\\x07');
    assert.equal(inert('\u009b31m'), '\\x9b31m');
  });

  it('shows marks that reorder or hide text', () => {
    assert.equal(inert('a\u202eb\u200bc\u2028d\ufeffe'), 'a\\u202eb\\u200bc\\u2028d\\ufeffe');
    assert.equal(inert('x\u{e0041}'), 'x\\u{e0041}');
    assert.equal(inert('\ud800'), '\\ud800');
  });

  it('leaves what people write alone', () => {
    const text = 'Grüße, 日本語, 👩🏽 {"a": 1}';
    assert.equal(inert(text), text);
  });

  it('keeps line breaks only where lines are wanted', () => {
    assert.equal(inert('a\r\nb\tc'), 'a\\r\\nb\\tc');
    assert.equal(inertLines('a\r\nb\tc\rd'), 'a\nb\tc\\rd');
  });

  it('keeps JSON the same JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = inertJson(JSON.stringify({ text }));
        assert.deepEqual(JSON.parse(json), { text });
        assert.equal(inert(json), json);
      }),
    );
  });

  it('lets no control byte through, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const character of inert(text)) {
          const code = character.codePointAt(0) ?? 0;
          assert.ok(code >= 0x20 && !(code >= 0x7f && code <= 0x9f));
        }
      }),
    );
  });
});
