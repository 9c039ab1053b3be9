import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inert } from './inert.ts';

describe('text of strangers', () => {
  it('shows what would hide or turn the text', () => {
    assert.equal(inert('a\u0000b\u001b[31m'), 'a␀b␛[31m');
    assert.equal(inert('\u202egnp.exe'), '\\u202egnp.exe');
    assert.equal(inert('\ufeffx\u200b'), '\\ufeffx\\u200b');
  });

  it('is otherwise what it was', () => {
    const text = '{"ü": "<b>&amp;</b> 😀"}\n\tend';
    assert.equal(inert(text), text);
  });
});
