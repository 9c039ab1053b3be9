import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { indentJson } from './indent-json.ts';

describe('JSON laid out for reading', () => {
  it('looks as people expect', () => {
    assert.equal(
      indentJson('{"a":1,"b":[true,null],"c":{},"d":[]}'),
      '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ],\n  "c": {},\n  "d": []\n}',
    );
  });

  it('keeps digits, key order and escapes as they arrived', () => {
    const laidOut = indentJson('{"b":300.20,"2":12345678901234567890,"1":"\\u0041\\/"}');
    assert.match(laidOut, /"b": 300\.20,\n {2}"2": 12345678901234567890,\n {2}"1": "\\u0041\\\/"/);
  });

  it('is what JSON.stringify would print, for what it can print', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(indentJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
      }),
    );
  });

  it('leaves alone what is not JSON, and what is nested too deep to lay out', () => {
    assert.equal(indentJson('{"a":'), '{"a":');
    assert.equal(indentJson('hello'), 'hello');
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    assert.equal(indentJson(deep), deep);
  });
});
