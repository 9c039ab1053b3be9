import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkCallHeaders } from './call-headers.ts';
import { headerNamesOf } from './profile.ts';

const NAMES = headerNamesOf('x-acme-');
const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, 'v']));

function refused(headers: Record<string, string>): { name: string; reason: string } {
  const check = checkCallHeaders(headers, NAMES);
  assert.equal(check.ok, false);
  return check.ok ? { name: '', reason: '' } : check;
}

describe('extra headers', () => {
  for (const [name, value] of [
    ['authorization', 'Bearer abc.def-ghi=='],
    ['x-team', 'blue'],
    ['x-empty', ''],
    ['x-one', '~'],
    ['x-inner', 'a b\tc'],
    ['cookie', 'a=b; c="d"'],
    ['accept', '*/*'],
    ['x-iadvize', 'no prefix of ours'],
    ['x-acme', 'neither'],
    ['content-language', 'fr'],
    ['proxy', 'no proxy- header'],
    ["!#$%&'*+-.^_`|~09azAZ", 'every character of a token'],
    ['constructor', 'an ordinary name'],
    ['authorization', `Bearer ${'v'.repeat(16_384 - 20)}`],
    ['n'.repeat(128), 'v'],
  ] as const) {
    it(`may have ${name.slice(0, 30)}: ${value.slice(0, 30)}`, () => {
      assert.deepEqual(checkCallHeaders({ [name]: value }, NAMES), {
        ok: true,
        headers: { [name.toLowerCase()]: value },
      });
    });
  }

  it('are kept in lower case and in their order', () => {
    const check = checkCallHeaders({ 'X-Zebra': 'Z', Authorization: 'A' }, NAMES);
    assert.deepEqual(check.ok && Object.entries(check.headers), [
      ['x-zebra', 'Z'],
      ['authorization', 'A'],
    ]);
  });

  it('may be named like a property of every object', () => {
    const check = checkCallHeaders(JSON.parse('{"__proto__":"p","toString":"t"}'), NAMES);
    assert.deepEqual(check.ok && Object.entries(check.headers), [
      ['__proto__', 'p'],
      ['tostring', 't'],
    ]);
  });

  it('may be none', () => assert.deepEqual(checkCallHeaders({}, NAMES), { ok: true, headers: {} }));
  it('may be 32', () => assert.equal(checkCallHeaders(numbered(32), NAMES).ok, true));
  it('may not be 33', () => assert.deepEqual(refused(numbered(33)).name, 'h32'));

  for (const name of [
    ...[
      'host',
      'content-length',
      'transfer-encoding',
      'connection',
      'keep-alive',
      'te',
      'trailer',
      'upgrade',
      'expect',
    ],
    ...['proxy-authorization', 'proxy-connection', 'proxy-anything'],
    ...['content-type', 'user-agent', 'accept-encoding'],
    ...['x-acme-signature', 'x-acme-anything', 'x-iadvize-delivery', 'x-iadvize-anything'],
  ]) {
    it(`may not set ${name}, in any case`, () => {
      for (const spelling of [name, name.toUpperCase(), `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`]) {
        assert.equal(refused({ 'x-fine': 'v', [spelling]: 'v' }).name, spelling);
      }
    });
  }

  for (const name of [
    '',
    ' ',
    'a b',
    ' a',
    'a ',
    'a:',
    ':a',
    'a\r\nb',
    'a\n',
    'a\0',
    'é',
    'a"',
    'a(b)',
    'a/b',
    'a@b',
    '\u212aeep-alive',
  ]) {
    it(`may not be named ${JSON.stringify(name)}`, () => assert.equal(refused({ [name]: 'v' }).name, name));
  }

  it('may not have a name of 129 characters', () => {
    assert.match(refused({ ['n'.repeat(129)]: 'v' }).reason, /128/);
  });

  for (const value of [
    ' a',
    'a ',
    '\ta',
    'a\t',
    ' ',
    'a\r\nx: y',
    'a\rb',
    'a\nb',
    'a\n',
    'a\0b',
    'a\u007f',
    'a\u0080',
    'é',
    '日本',
  ]) {
    it(`may not have the value ${JSON.stringify(value)}`, () => assert.equal(refused({ 'x-a': value }).name, 'x-a'));
  }

  it('may have 16,384 characters together, names and values, and no more', () => {
    const half = { 'x-a': 'v'.repeat(8_189) };
    assert.equal(checkCallHeaders({ ...half, 'x-b': 'v'.repeat(8_189) }, NAMES).ok, true);
    const { name, reason } = refused({ ...half, 'x-b': 'v'.repeat(8_190) });
    assert.equal(name, 'x-b');
    assert.match(reason, /at most 16384 characters, names and values together/);
  });

  it('may not have the same name in two spellings', () => {
    assert.match(refused({ 'X-Team': 'a', 'x-team': 'b' }).reason, /twice/);
  });

  it('are judged in linear time', () => {
    assert.equal(checkCallHeaders({ 'x-a': `${'a '.repeat(8_000)}a\n` }, NAMES).ok, false);
  });

  it('never let a line end, a NUL or a name of ours through', () => {
    const anything = fc.string({
      unit: fc.constantFrom('a', 'X', '-', ' ', '\t', '\r', '\n', '\0', ':', 'é'),
      maxLength: 6,
    });
    const names = fc.oneof(anything, fc.constantFrom('Host', 'TE', 'x-Acme-a', 'X-IADVIZE-b', 'Proxy-c', 'x-ok'));
    fc.assert(
      fc.property(fc.dictionary(names, anything), (headers) => {
        const check = checkCallHeaders(headers, NAMES);
        if (!check.ok) {
          assert.ok(Object.hasOwn(headers, check.name) && check.reason.endsWith('.'));
          return;
        }
        assert.equal(Object.keys(check.headers).length, Object.keys(headers).length);
        for (const [name, value] of Object.entries(check.headers)) {
          assert.match(name, /^[a-z-]+$/);
          assert.doesNotMatch(name, /^(host|te|x-acme-.*|x-iadvize-.*|proxy-.*)$/);
          assert.match(value, /^(|[!-~]|[!-~][!-~ \t]*[!-~])$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
