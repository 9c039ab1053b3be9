import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compactJson, jsonElements, jsonKind, jsonMember, jsonMembers } from './json.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** The compact text, or the kind of the problem in angle brackets. */
function outcome(input: string | Uint8Array, wrapping?: number): string {
  const result = compactJson(typeof input === 'string' ? utf8(input) : input, wrapping);
  return result.ok ? result.text : `<${result.problem.kind}>`;
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objectWith = (count: number, from = 0) =>
  `{${Array.from({ length: count }, (_, i) => `"k${from + i}":0`).join()}}`;

describe('what is JSON is accepted and written without insignificant white space', () => {
  for (const [input, expected] of [
    ['{}', '{}'],
    ['[]', '[]'],
    ['null', 'null'],
    ['true', 'true'],
    ['false', 'false'],
    ['0', '0'],
    ['""', '""'],
    [' \t\r\n1\n\r\t ', '1'],
    [' { } ', '{}'],
    ['[ ]', '[]'],
    ['{ "a" : 1 , "b" : [ 1 , 2 ] }', '{"a":1,"b":[1,2]}'],
    ['[\n  {\n    "a": {}\n  },\n  []\n]\n', '[{"a":{}},[]]'],
    ['[[],[[]],{"a":[{}]}]', '[[],[[]],{"a":[{}]}]'],
    ['[null, true , false]', '[null,true,false]'],
    ['" a  b "', '" a  b "'],
    ['{" ":" "}', '{" ":" "}'],
  ] as const) {
    it(`${JSON.stringify(input)} → ${expected}`, () => assert.equal(outcome(input), expected));
  }
});

describe('numbers keep the digits they came with', () => {
  for (const number of [
    ...[
      '0',
      '-0',
      '1',
      '-1',
      '10',
      '300.20',
      '1.0',
      '0.10',
      '12345678901234567890',
      '0.1000000000000000055511151231257827',
    ],
    ...[
      '1e5',
      '1E5',
      '1e+5',
      '1E-05',
      '0e0',
      '-0.0e-0',
      '1e400',
      '-1e-400',
      `1${'0'.repeat(5_000)}`,
      `0.${'0'.repeat(5_000)}1`,
    ],
  ]) {
    it(number.slice(0, 40), () => {
      assert.equal(outcome(number), number);
      assert.equal(outcome(` [ ${number} , ${number} ] `), `[${number},${number}]`);
      assert.equal(outcome(`{"n":${number}}`), `{"n":${number}}`);
    });
  }
});

describe('strings are written as JSON.stringify writes them', () => {
  for (const [input, expected] of [
    ['"\\u0041"', '"A"'],
    ['"\\/"', '"/"'],
    ['"/"', '"/"'],
    ['"\\u002f"', '"/"'],
    ['"\\u0022"', '"\\""'],
    ['"\\u005c"', '"\\\\"'],
    ['"\\u005C\\u006e"', '"\\\\n"'],
    ['"\\"\\\\\\b\\f\\n\\r\\t"', '"\\"\\\\\\b\\f\\n\\r\\t"'],
    ['"\\u0008\\u000C\\u000a\\u000D\\u0009"', '"\\b\\f\\n\\r\\t"'],
    ['"\\u0000\\u001F\\u000B"', '"\\u0000\\u001f\\u000b"'],
    ['"\\u007f"', '"\u007f"'],
    ['"\u007f\u0080\u00a0"', '"\u007f\u0080\u00a0"'],
    ['"\\u2028\\u2029"', '"\u2028\u2029"'],
    ['"\u2028\u2029"', '"\u2028\u2029"'],
    ['"\\u00e9\\u65e5"', '"é日"'],
    ['"é日🦊"', '"é日🦊"'],
    ['"\\ud83e\\udd8a"', '"🦊"'],
    ['"\\uD83E\\uDD8A"', '"🦊"'],
    ['"\\ufeff\ufeff\\uffff\uffff\ufffd"', '"\ufeff\ufeff\uffff\uffff\ufffd"'],
    ['"<script>&\'"', '"<script>&\'"'],
    ['"a\\u0041b" ', '"aAb"'],
    ['["\\/", "x" , "\\u0041"]', '["/","x","A"]'],
    ['{"\\u0041" : "\\/"}', '{"A":"/"}'],
  ] as const) {
    it(`${input} → ${JSON.stringify(expected)}`, () => {
      assert.equal(outcome(input), expected);
      assert.equal(expected, JSON.stringify(JSON.parse(input)), 'the table itself');
    });
  }
});

describe('keys', () => {
  for (const [what, input] of [
    ['keep their order', '{"b":1,"a":2}'],
    ['keep their order though they look like array indexes', '{"b":1,"2":2,"1":3,"0":4}'],
    ['may be empty', '{"":1}'],
    ['may be named __proto__ and constructor', '{"__proto__":{"a":1},"constructor":{"prototype":2},"toString":3}'],
    ['may be the same in different objects', '{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}}'],
    ['may differ in case or normal form', '{"a":1,"A":2,"é":3,"e\u0301":4}'],
    ['may be the same as a value', '{"a":"a","b":["a","a"]}'],
    ['may be the same in a sibling after many', `[${objectWith(50)},${objectWith(50)}]`],
  ] as const) {
    it(what, () => assert.equal(outcome(input), input));
  }

  for (const [input, key, path] of [
    ['{"a":1,"a":1}', 'a', ''],
    ['{"a":1,"b":2,"a":3}', 'a', ''],
    ['{"a":1,"\\u0061":2}', 'a', ''],
    ['{"\\/":1,"/":2}', '/', ''],
    ['{"\\n":1,"\\u000a":2}', '\n', ''],
    ['{"":1,"":2}', '', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__', ''],
    ['{"constructor":1,"constructor":2}', 'constructor', ''],
    ['{"1":1,"1":2}', '1', ''],
    ['{"a":{"b":[0,{"c":1,"c":2}]}}', 'c', '/a/b/1'],
    ['{"x":{"y":1},"a/b":{"~":{"c":1,"c":2}}}', 'c', '/a~1b/~0'],
    ['[[],{},[{"d":0,"d":1}]]', 'd', '/2/0'],
    ['{"a":{"a":1},"b":[{"a":1}],"a":2}', 'a', ''],
    [`{${objectWith(40).slice(1, -1)},"k3":0}`, 'k3', ''],
    [`{${objectWith(40).slice(1, -1)},"k39":0}`, 'k39', ''],
    [`{"a":${objectWith(40)},"b":${objectWith(12)},"a":0}`, 'a', ''],
  ] as const) {
    it(`may not appear twice: ${input.length < 50 ? input : `…${input.slice(-20)}`}`, () => {
      const result = compactJson(utf8(input));
      assert.ok(!result.ok && result.problem.kind === 'duplicate_key');
      assert.deepEqual([result.problem.key, result.problem.path], [key, path]);
    });
  }

  for (let count = 1; count <= 40; count++) {
    it(`may not appear twice among ${count}, wherever the first one stands`, () => {
      for (let i = 0; i < count; i++) {
        assert.equal(outcome(`{${objectWith(count).slice(1, -1)},"k${i}":0}`), '<duplicate_key>');
      }
      assert.notEqual(outcome(`{${objectWith(count).slice(1, -1)},"k${count}":0}`), '<duplicate_key>');
    });
  }
});

describe('what is no JSON is refused', () => {
  for (const input of [
    ...['', ' ', '\n', ',', ':', ']', '}', '[', '{', '"', "'", "'a'", 'a', 'undefined', 'NaN', 'Infinity', '-Infinity'],
    ...[
      'nul',
      'nulll',
      'tru',
      'truee',
      'True',
      'TRUE',
      'fals',
      'falsey',
      'null null',
      '1 2',
      '1,',
      ',1',
      '{}{}',
      '[][]',
    ],
    ...[
      '[1',
      '[1,',
      '[1,]',
      '[,1]',
      '[,]',
      '[1,,2]',
      '[1 2]',
      '[1:2]',
      '[1}',
      '[]]',
      '[}',
      '["a",\n4\n,1,',
      '[1,\n1\n,1',
    ],
    ...[
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,',
      '{"a":1,}',
      '{,}',
      '{,"a":1}',
      '{"a":1,,"b":2}',
      '{"a" 1}',
      '{"a":1 "b":2}',
    ],
    ...[
      '{"a"::1}',
      '{a:1}',
      "{'a':1}",
      '{1:1}',
      '{null:1}',
      '{"a":1]',
      '{"a"}',
      '{"a","b"}',
      '{"a":}',
      '{[]:1}',
      '{]',
      '{"a":1}}',
    ],
    ...[
      '+1',
      '01',
      '-01',
      '-',
      '--1',
      '-a',
      '- 1',
      '.5',
      '-.5',
      '1.',
      '1.e5',
      '1.a',
      '1e',
      '1e+',
      '1E-',
      '1e5.5',
      '1e1e1',
      '0x1F',
    ],
    ...[
      '1_000',
      '1a',
      '1 000',
      '1/2',
      '٣',
      '１',
      '0.1.2',
      '1ee5',
      '1e++5',
      '00',
      '-00',
      '2.e3',
      '9.e+',
      '1eE2',
      '0e',
      '[1.2a]',
    ],
    ...[
      '"\n"',
      '"\t"',
      '"\r"',
      '"\0"',
      '"\u001f"',
      '"a\u0001"',
      '"\\x41"',
      '"\\a"',
      '"\\\'"',
      '"\\0"',
      '"\\\n"',
      '"\\U0041"',
    ],
    ...[
      '"\\',
      '"\\"',
      '"\\u',
      '"\\u"',
      '"\\u0"',
      '"\\u00"',
      '"\\u004"',
      '"\\u004g"',
      '"\\u00 4"',
      '"\\u+041"',
      '"\\u00_1"',
      '"a',
      '"\\u00４1"',
    ],
    ...[
      '// c\n1',
      '/* c */ 1',
      '1 // c',
      '[1 /* c */]',
      '# c\n1',
      '{"a":1}//',
      '<a/>',
      '[<null>]',
      '["a"\0]',
      '\0',
      '[\u000c]',
    ],
    ...[
      '\ufeff{}',
      '{}\ufeff',
      '[\u00a01]',
      '[\u2028]',
      '[\u2060]',
      '\u00851',
      '[1]\u000b',
      '*',
      '[*]',
      '""""',
      '"a"b',
      '{"a":"b"}#',
    ],
  ]) {
    it(JSON.stringify(input), () => {
      assert.equal(outcome(input), '<syntax>');
      assert.throws(() => JSON.parse(input), SyntaxError, 'the table itself');
    });
  }
});

describe('what is no text is refused', () => {
  for (const [what, bytes] of [
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['a byte that is never used', [0x22, 0xff, 0x22]],
    ['a character cut short', [0x22, 0xe2, 0x82, 0x22]],
    ['a character cut short at the end', [0x22, 0xf0, 0x9f, 0xa6]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an overlong NUL', [0x22, 0xc0, 0x80, 0x22]],
    ['a surrogate half', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a surrogate pair in six bytes', [0x22, 0xed, 0xa0, 0xbe, 0xed, 0xb6, 0x8a, 0x22]],
    ['more than U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['Latin-1', [0x22, 0xe9, 0x22]],
    ['UTF-16 with a byte order mark', [0xff, 0xfe, 0x31, 0x00]],
  ] as const) {
    it(what, () => assert.equal(outcome(Uint8Array.from(bytes)), '<not_utf8>'));
  }

  it('UTF-16 without a byte order mark is no JSON', () => {
    assert.equal(outcome(Uint8Array.from([0x5b, 0, 0x5d, 0])), '<syntax>');
  });

  it('a UTF-8 byte order mark is no JSON', () => {
    assert.equal(outcome(Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])), '<syntax>');
  });

  for (const string of [
    ...[
      '"\\ud800"',
      '"\\uDFFF"',
      '"\\udc00\\ud800"',
      '"\\ud800\\ud800"',
      '"\\ud83e\\udd8a\\ud83e"',
      '"\\ud83e x \\udd8a"',
    ],
    ...['"\\ud83e\\\\udd8a"', '"\\uD83E\\n\\uDD8A"', '"\\ud83e\\u0041"', '"\\udd8a🦊"'],
  ]) {
    it(`${string} has half of a character`, () => {
      assert.equal(outcome(string), '<lone_surrogate>');
      assert.equal(outcome(`{${string}:1}`), '<lone_surrogate>');
      assert.equal(outcome(`["\\u0041",{"a":${string}}]`), '<lone_surrogate>');
    });
  }
});

describe('the limits', () => {
  it('allow 64 levels and not 65', () => {
    assert.equal(outcome(nested(64)), nested(64));
    assert.equal(outcome(nested(65)), '<too_deep>');
    assert.equal(outcome(`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`), `${'{"a":'.repeat(64)}1${'}'.repeat(64)}`);
    assert.equal(outcome(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`), '<too_deep>');
  });

  it('count levels that are open, not those that were', () => {
    const text = `[${Array.from({ length: 200 }, () => nested(63)).join()}]`;
    assert.equal(outcome(text), text);
  });

  it('refuse any depth without trouble', () => {
    for (const depth of [10_000, 130_000]) {
      assert.equal(outcome('['.repeat(depth)), '<too_deep>');
      assert.equal(outcome('{"a":'.repeat(depth)), '<too_deep>');
      assert.equal(outcome('[{"":'.repeat(depth)), '<too_deep>');
    }
  });

  it('allow 10,000 keys and not 10,001, in one object or in many', () => {
    assert.equal(outcome(objectWith(10_000)), objectWith(10_000));
    assert.equal(outcome(objectWith(10_001)), '<too_many_keys>');
    const pieces = (count: number) => `[${Array.from({ length: count / 2 }, () => '{"a":0,"b":0}').join()}]`;
    assert.equal(outcome(pieces(10_000)), pieces(10_000));
    assert.equal(outcome(pieces(10_002)), '<too_many_keys>');
  });

  it('hold for each payload inside what is wrapped around it', () => {
    const single = (payload: string) => `{"type":"a.b","payload":${payload}}`;
    const batch = (...payloads: string[]) => `{"events":[${payloads.map(single).join()}]}`;
    assert.equal(outcome(single(nested(64)), 1), single(nested(64)));
    assert.equal(outcome(single(nested(65)), 1), '<too_deep>');
    assert.equal(outcome(single(objectWith(10_000)), 1), single(objectWith(10_000)));
    assert.equal(outcome(single(objectWith(10_001)), 1), '<too_many_keys>');
    const full = batch(nested(64), objectWith(10_000), objectWith(10_000), objectWith(10_000), '1');
    assert.equal(outcome(full, 3), full);
    assert.equal(outcome(batch(objectWith(10_000), objectWith(10_001)), 3), '<too_many_keys>');
    assert.equal(outcome(batch(nested(65)), 3), '<too_deep>');
    const many = batch(...Array.from({ length: 1_000 }, () => objectWith(20)));
    assert.equal(outcome(many, 3), many);
  });

  it('hold for what is wrapped around, too', () => {
    assert.equal(outcome(objectWith(10_001), 1), '<too_many_keys>');
    assert.equal(outcome(objectWith(10_000), 1), objectWith(10_000));
  });

  const size = 256 * 1024;
  for (const [what, input] of [
    ['one string', `"${'a'.repeat(size)}"`],
    ['escapes', `"${'\\u0041'.repeat(size / 6)}"`],
    ['backslashes', `"${'\\\\'.repeat(size / 2)}"`],
    ['escaped quotes', `"${'\\"'.repeat(size / 2)}"`],
    ['many strings with an escape', `[${'"\\u0041",'.repeat(size / 9)}1]`],
    ['white space', `${' '.repeat(size)}1`],
    ['pieces between white space', `[${'1 , '.repeat(size / 4)}1]`],
    ['line ends before a mistake', `${'\n'.repeat(size)}x`],
    ['keys', objectWith(10_000)],
    [
      'long keys that differ at their ends',
      `{${Array.from({ length: 2_500 }, (_, i) => `"${'a'.repeat(96)}${i}":0`).join()}}`,
    ],
    ['keys that look like numbers', `{${Array.from({ length: 10_000 }, (_, i) => `"${i * 131_072}":0`).join()}}`],
    ['small objects', `[${'{"a":0},'.repeat(9_999)}1]`],
    ['arrays', `[${'[],'.repeat(size / 3)}1]`],
    ['digits', '1'.repeat(size)],
    ['bytes that are no UTF-8, after replacement characters', `"${'\ufffd'.repeat(size / 3)}`],
  ] as const) {
    it(`256 KiB of ${what} take no more time than their length`, () => {
      const bytes = what.startsWith('bytes') ? Buffer.concat([utf8(input), Uint8Array.of(0xff)]) : utf8(input);
      const tookMs = [1, 2, 3].map(() => {
        const began = process.threadCpuUsage();
        const result = compactJson(bytes);
        if (result.ok && jsonKind(result.text) === 'object') jsonMembers(result.text);
        if (result.ok && jsonKind(result.text) === 'array') jsonElements(result.text);
        return process.threadCpuUsage(began).user / 1_000;
      });
      assert.ok(Math.min(...tookMs) < 150, `took ${tookMs.join(', ')} ms`);
    });
  }
});

describe('taking apart', () => {
  it('gives the members of an object in their order, keys unescaped and values as they are written', () => {
    const text = outcome(
      '{"b": 1.0, "a\\"\\n": [1, {"x": "}]\\\\"}], "": "," , "o": {"a": [[]]}, "__proto__": null, "é": -1e5}',
    );
    assert.deepEqual(
      [...jsonMembers(text)],
      [
        ['b', '1.0'],
        ['a"\n', '[1,{"x":"}]\\\\"}]'],
        ['', '","'],
        ['o', '{"a":[[]]}'],
        ['__proto__', 'null'],
        ['é', '-1e5'],
      ],
    );
  });

  it('gives the elements of an array', () => {
    assert.deepEqual(jsonElements(outcome('[1, "a,]\\"" , [2, [3]], {"a": [4]}, null]')), [
      '1',
      '"a,]\\""',
      '[2,[3]]',
      '{"a":[4]}',
      'null',
    ]);
  });

  it('gives nothing of what is empty', () => {
    assert.equal(jsonMembers('{}').size, 0);
    assert.deepEqual(jsonElements('[]'), []);
    assert.deepEqual(jsonElements('[1,[2],3]', 2), ['1', '[2]']);
    assert.equal(jsonMember('{}', 'a'), undefined);
  });

  it('finds one member, at the top only', () => {
    const text = '{"x":{"a":1},"y":"\\"a\\":2","a":3,"b\\"":4}';
    assert.equal(jsonMember(text, 'a'), '3');
    assert.equal(jsonMember(text, 'b"'), '4');
    assert.equal(jsonMember(text, 'b'), undefined);
    assert.equal(jsonMember('{"x":{"a":1}}', 'a'), undefined);
    assert.equal(jsonMember('{"x":[{"a":1}],"y":"a"}', 'a'), undefined);
  });

  it('tells what it cannot take apart', () => {
    assert.throws(() => jsonMembers('[1]'), /object was expected, not array/);
    assert.throws(() => jsonMember('1', 'a'), TypeError);
    assert.throws(() => jsonElements('{"a":1}'), TypeError);
    for (const broken of ['{"a', '{"a":1', '{"a":[1}', '{"a":"b}', '{ }']) {
      assert.throws(() => jsonMembers(broken), /not written by compactJson/);
    }
  });

  it('knows the kind of a value', () => {
    const kinds = ['{}', '[]', '"a"', '0', '-1', 'true', 'false', 'null'].map(jsonKind);
    assert.deepEqual(kinds, ['object', 'array', 'string', 'number', 'number', 'boolean', 'boolean', 'null']);
  });
});
