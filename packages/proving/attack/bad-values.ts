// Values that an attacker puts where something else belongs.
import fc from 'fast-check';
import { Raw } from './json-text.ts';

const NESTED = (depth: number) => new Raw(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const NESTED_OBJECTS = (depth: number) => new Raw(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);

const TEXTS = [
  '',
  ' ',
  'null',
  'true',
  'NaN',
  '-1',
  '0',
  '1e9',
  '0x10',
  '1.5',
  '9'.repeat(400),
  "' or 1=1 --",
  '"; drop table tenant; --',
  "' union select sealed from endpoint_version --",
  '%27%20or%201=1',
  '../../etc/passwd',
  '..%2f..%2fv1',
  '%2e%2e',
  '%00',
  '\u0000',
  'a\r\nx-injected: 1',
  'a\nb',
  '__proto__',
  'constructor',
  'toString',
  '{{7*7}}',
  '#{7*7}',
  '<script>alert(1)</script>',
  '\u202egnp.exe',
  'ｆｕｌｌｗｉｄｔｈ',
  'İ',
  'ß'.repeat(300),
  '👩‍👩‍👧‍👦'.repeat(50),
  'A'.repeat(5_000),
  '300000-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  '0000-00-00T00:00:00.000Z',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
] as const;

/** Rare, for they take long. */
const HUGE: readonly unknown[] = [
  'B'.repeat(70_000),
  '\u0000'.repeat(30_000),
  new Raw(`"${'\\u0041'.repeat(20_000)}"`),
  NESTED(10_000),
  NESTED(130_000),
  NESTED_OBJECTS(20_000),
  new Raw(`{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":0`).join(',')}}`),
  new Raw(`[${'0,'.repeat(50_000)}0]`),
  new Raw('1'.repeat(50_000)),
];

const ODD_JSON = [
  '1e400',
  '-1e400',
  '-0',
  '-0.0',
  '1E+2',
  '0.1e-400',
  '12345678901234567890123456789012345678901234567890',
  '01',
  '+1',
  '.5',
  '1.',
  'NaN',
  'Infinity',
  'undefined',
  "'single'",
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\x41"',
  '"unterminated',
  '"tab\tinside"',
  '"\u2028"',
  '\ufeff{}',
  '{"a":1,"a":2}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"2":0,"1":0}',
  '[1,]',
  '{"a":1,}',
  '{,}',
  '/* */ 1',
  '1 1',
] as const;

/** A text that is wrong in most places. @param known ids and the like, of one's own and of others */
export function badText(known: readonly (() => string)[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 300 }) },
    { weight: 1, arbitrary: fc.integer().map(String) },
    { weight: 3, arbitrary: fc.constantFrom(...known).map((give) => give()) },
    { weight: 1, arbitrary: fc.constantFrom(...known).map((give) => give().toUpperCase()) },
  );
}

/** A value that is wrong in most places. */
export function badValue(known: readonly (() => string)[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: badText(known) },
    { weight: 4, arbitrary: fc.constantFrom(...ODD_JSON).map((json) => new Raw(json)) },
    { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 53, [], {}) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(NESTED(64), NESTED(65), NESTED_OBJECTS(64), NESTED_OBJECTS(66)) },
    { weight: 1, arbitrary: fc.boolean().chain((rare) => (rare ? fc.constantFrom(...HUGE) : badText(known))) },
  );
}

/** Keys that no object should have, or that some code trips over. */
export const badKey: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'length',
    '$ref',
    'id',
    'tenant',
    'enabled',
    '',
    '0',
  ),
  fc.string({ maxLength: 20 }),
  fc.constant('k'.repeat(3_000)),
);
