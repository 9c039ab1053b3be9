import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerNamesOf } from '../../domain/profile.ts';
import { plain } from '../terminal/paint.ts';
import type { ReceivedCall } from './receiver.ts';
import { callJson, callLines } from './show.ts';

const call = (changes: Partial<ReceivedCall>): ReceivedCall => ({
  arrivedAt: 0,
  method: 'POST',
  target: '/hook',
  headers: [
    ['x-iadvize-delivery', 'd1'],
    ['X-iAdvize-CorrelationId', 'c1'],
    ['accept', '*/*'],
  ],
  body: Buffer.from('{"a":1.0}'),
  check: { verdict: 'verified' },
  seen: 0,
  status: 200,
  ...changes,
});
const shown = (changes: Partial<ReceivedCall>) =>
  callLines(call(changes), headerNamesOf('x-iadvize-'), '12:00:00.000Z', plain);

describe('a received call, shown', () => {
  it('has its verdict, the headers that matter and its body laid out', () => {
    assert.deepEqual(shown({}), [
      '12:00:00.000Z  POST /hook  ✓ verified  answered 200',
      '  x-iadvize-delivery       d1',
      '  x-iadvize-correlationid  c1',
      '  {',
      '    "a": 1.0',
      '  }',
    ]);
  });

  it('says why it is not verified, and which repetition it is', () => {
    const [first] = shown({
      check: { verdict: 'refused', why: 'the signature is of another body' },
      seen: 2,
      status: 500,
    });
    assert.match(
      first ?? '',
      /✗ not verified: the signature is of another body {2}answered 500 {2}call 3 of this event$/,
    );
  });

  it('sends no byte of an escape sequence to the terminal', () => {
    const hostile = '\u001b[2J\u009b31m\u202e';
    const lines = shown({
      method: hostile,
      target: hostile,
      headers: [['user-agent', hostile]],
      body: Buffer.from(`{"a":"${hostile}"}\u0007`),
    });
    for (const line of [...lines, callJson(call({ target: hostile, body: Buffer.from(hostile) }), 'now')]) {
      assert.doesNotMatch(line, /[^\x20-\x7e✓✗…]/);
    }
  });

  it('counts bytes that are no text, and cuts what nobody would read', () => {
    assert.equal(shown({ body: Buffer.from([0xff, 0xfe]) }).at(-1), '  (2 bytes that are not UTF-8)');
    const long = shown({ body: Buffer.from('x'.repeat(100_000)) });
    assert.equal(long.at(-1), '  … (100000 bytes)');
    assert.ok(long.join('').length < 20_000);
  });

  it('as JSON, keeps bytes that are no text', () => {
    const facts: unknown = JSON.parse(callJson(call({ body: Buffer.from([0xff]) }), 'now'));
    assert.ok(typeof facts === 'object' && facts !== null && 'bodyBase64' in facts);
    assert.equal(facts.bodyBase64, '/w==');
  });
});
