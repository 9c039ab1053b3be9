import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compactJson, describeJsonProblem } from './json.ts';

function sentence(input: string | Uint8Array): string {
  const result = compactJson(typeof input === 'string' ? new TextEncoder().encode(input) : input);
  return result.ok ? 'accepted' : describeJsonProblem(result.problem);
}

describe('a problem is told in a sentence that names cause and place', () => {
  for (const [input, expected] of [
    ['', 'The text is not JSON: at line 1, column 1 there should be a value, but there is the end.'],
    ['{"a":1,}', 'The text is not JSON: at line 1, column 8 there should be a key in double quotes, but there is "}".'],
    ['[1\n,\n  x]', 'The text is not JSON: at line 3, column 3 there should be a value, but there is "x".'],
    ['{"a" 1}', 'The text is not JSON: at line 1, column 6 there should be a colon, but there is "1".'],
    ['[1"a"]', `The text is not JSON: at line 1, column 3 there should be a comma or "]", but there is '"'.`],
    ['{"a":1]', 'The text is not JSON: at line 1, column 7 there should be a comma or "}", but there is "]".'],
    ['{} {}', 'The text is not JSON: at line 1, column 4 there should be the end, but there is "{".'],
    ['\ufeff{}', 'The text is not JSON: at line 1, column 1 there should be a value, but there is U+FEFF.'],
    ['[\0]', 'The text is not JSON: at line 1, column 2 there should be a value, but there is U+0000.'],
    ['[🦊]', 'The text is not JSON: at line 1, column 2 there should be a value, but there is "🦊".'],
    ['1.', 'The text is not JSON: at line 1, column 3 there should be a digit, but there is the end.'],
    ['"a', 'The text is not JSON: at line 1, column 3 there should be a closing ", but there is the end.'],
    [
      '"a\nb"',
      'The text is not JSON: at line 1, column 3 there should be an escape, as control characters need one in a string, but there is U+000A.',
    ],
    [
      '"\\x"',
      'The text is not JSON: at line 1, column 3 there should be one of "\\/bfnrtu after the backslash, but there is "x".',
    ],
    [
      '"\\u00g0"',
      'The text is not JSON: at line 1, column 6 there should be four hexadecimal digits after \\u, but there is "g".',
    ],
    ['{"a":1,\n"a":2}', 'The key "a" appears twice in the outermost object (line 2, column 1); keep one.'],
    ['{"x":[{"a":1,"a":2}]}', 'The key "a" appears twice in the object at /x/0 (line 1, column 14); keep one.'],
    [
      '["\\ud800"]',
      'The string at line 1, column 2 has half of a surrogate pair (\\ud800 to \\udfff), which is no character; send both halves or neither.',
    ],
    ['['.repeat(65), 'Arrays and objects are nested more than 64 levels deep at line 1, column 65; flatten them.'],
    [
      Uint8Array.of(0x5b, 0x0a, 0x22, 0xef, 0xbf, 0xbd, 0xc3, 0xa9, 0xff, 0x22, 0x5d),
      'The text is not UTF-8: the bytes at line 2, column 4 are no character; send JSON encoded as UTF-8.',
    ],
  ] as const) {
    it(expected, () => assert.equal(sentence(input), expected));
  }

  it('counts keys over all objects', () => {
    const keys = Array.from({ length: 10_001 }, (_, i) => `"${i}":0`).join('\n,');
    assert.equal(
      sentence(`{${keys}}`),
      'The objects have more than 10000 keys in all, the first too many at line 10001, column 2; send fewer.',
    );
  });

  it('stays short and well-formed however long the keys are', () => {
    const long = '🦊'.repeat(1_000);
    const text = sentence(`{"a${long}":{"${long}":1,"${long}":2}}`);
    assert.ok(text.length < 300 && text.isWellFormed(), text);
  });
});
