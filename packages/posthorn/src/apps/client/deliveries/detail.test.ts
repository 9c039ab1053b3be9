import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plain } from '../../terminal/paint.ts';
import type { DeliveryDetail } from '../answers.ts';
import { deliveryDetail } from './detail.ts';

const NOW = Date.parse('2026-11-23T19:00:04.120Z');
const ENDPOINT = {
  id: '01a212df-f570-7037-b523-ed107cf11c1a',
  url: 'https://receiver.example/hook',
  eventTypes: null,
  description: '',
  scheduleMs: [10_000, 20_000],
  connectTimeoutMs: 1_000,
  replyTimeoutMs: 30_000,
  enabled: true,
  headerNames: [],
  createdAt: '2026-11-23T18:00:00.000Z',
  updatedAt: '2026-11-23T18:00:00.000Z',
};
const ATTEMPT: DeliveryDetail['attempts'][number] = {
  id: '01a212e0-39b8-78f7-a830-c4c0ef5c48eb',
  number: 1,
  trigger: 'schedule',
  startedAt: '2026-11-23T18:59:04.130Z',
  connectMs: 3,
  durationMs: 48,
  outcome: 'http_status',
  status: 503,
  responseHeaders: [],
  responseBody: '{"error":"no database","retry":true}',
  responseBodyEncoding: 'utf-8',
  responseTruncated: false,
  repeated: false,
  error: 'The receiver answered with status 503; 200 to 209 is success.',
  version: 1,
  request: {
    method: 'POST',
    url: 'https://receiver.example/hook',
    profile: 'iadvize',
    headers: [{ name: 'x-iadvize-signature', value: 'sha256=00' }],
    signature: 'sha256=00',
  },
  late: false,
};
const DELIVERY: DeliveryDetail = {
  id: '01a212e0-39af-7947-92a5-7803918a8385',
  endpointId: ENDPOINT.id,
  eventId: '01a212e0-39aa-70c1-82eb-936e1e530510',
  eventType: 'order.paid',
  state: 'exhausted',
  createdAt: '2026-11-23T18:59:04.120Z',
  attemptCount: 1,
  nextAttemptAt: null,
  endedAt: '2026-11-23T18:59:04.180Z',
  lastAttempt: { outcome: 'http_status', status: 503, startedAt: '2026-11-23T18:59:04.121Z' },
  endpointHost: 'receiver.example',
  attempts: [ATTEMPT],
};
const SHEET = { places: undefined, paint: plain };
const shown = (changes: Partial<DeliveryDetail> = {}, endpoint: typeof ENDPOINT | undefined = ENDPOINT) =>
  deliveryDetail({ ...DELIVERY, ...changes }, endpoint, NOW, SHEET);

describe('a delivery in detail', () => {
  it('says what happened when, why it failed, and what can be done', () => {
    assert.deepEqual(shown(), [
      'order.paid  ✗ exhausted after 1 attempt',
      '  delivery  01a212e0-39af-7947-92a5-7803918a8385',
      '  event     01a212e0-39aa-70c1-82eb-936e1e530510',
      '  endpoint  01a212df-f570-7037-b523-ed107cf11c1a  https://receiver.example/hook',
      '  created   2026-11-23 18:59:04.120 UTC, 1 min ago',
      '  ended     2026-11-23 18:59:04.180 UTC, 59 s ago',
      '',
      '#  BEGAN (UTC)              OUTCOME      TOOK  DELIVERY HEADER',
      '1  2026-11-23 18:59:04.130  ✗ HTTP 503  48 ms  01a212e0-39b8-78f7-a830-c4c0ef5c48eb',
      '',
      '✗ HTTP 503',
      '  The receiver answered with status 503; 200 to 209 is success.',
      '  What to do: The receiver is overloaded, in maintenance or not running, and a proxy may be what says so. Check that it runs.',
      '  It answered:',
      '    {',
      '      "error": "no database",',
      '      "retry": true',
      '    }',
    ]);
  });

  it('says what a delivery without attempts waits for', () => {
    const waits: Partial<DeliveryDetail> = { state: 'pending', attempts: [], attemptCount: 0, endedAt: null };
    assert.equal(shown(waits).at(-1), 'It waits for its turn.');
    assert.match(shown(waits, { ...ENDPOINT, enabled: false }).at(-1) ?? '', /endpoint is disabled/);
  });

  it('has no advice for what went well, and names what is ours', () => {
    const went = { ...ATTEMPT, outcome: 'succeeded', status: 200, error: null } as const;
    assert.match(shown({ state: 'succeeded', attempts: [went] }).at(-1) ?? '', /✓ Delivered \(200\)/);
    const ours = { ...ATTEMPT, outcome: 'interrupted', status: null, responseBody: null, error: 'Stopped.' } as const;
    assert.deepEqual(shown({ attempts: [ours] }).slice(-3), [
      '! Interrupted by a restart',
      '  Stopped.',
      '  Posthorn was stopped during the call. It is made again and does not count against the endpoint.',
    ]);
  });

  it('tells of an endpoint that is gone', () => {
    assert.match(deliveryDetail(DELIVERY, undefined, NOW, SHEET).join('\n'), /endpoint {2}\S+ {2}deleted$/m);
  });

  it('cuts what nobody would read, and counts bytes that are no text', () => {
    const long = shown({ attempts: [{ ...ATTEMPT, responseBody: 'x'.repeat(60_000) }] });
    assert.equal(long.at(-1), '    … (--json has more)');
    assert.ok(long.join('').length < 4_000);
    const bytes = { ...ATTEMPT, responseBody: '/w==', responseBodyEncoding: 'base64' } as const;
    assert.match(shown({ attempts: [bytes] }).at(-1) ?? '', /bytes that are no text/);
  });

  it('sends no byte of an escape sequence to the terminal', () => {
    const hostile = '\u001b[2J\u009b31m\u202e';
    const attempt = { ...ATTEMPT, id: hostile, error: hostile, responseBody: `${hostile}\r\n{}` };
    const lines = shown(
      { id: hostile, eventId: hostile, eventType: hostile, attempts: [attempt] },
      { ...ENDPOINT, url: `https://x/${hostile}` },
    );
    for (const line of lines) assert.doesNotMatch(line, /[^\x20-\x7e✓✗…]/);
  });
});
