import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Attempt, DeliveryDetail } from '../api/answers.ts';
import { stretchesOf } from './axis.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 12, 0, second)).toISOString();
const attempt = (number: number, second: number, durationMs: number): Attempt => ({
  id: `a${number}`,
  number,
  trigger: 'schedule',
  startedAt: at(second),
  connectMs: null,
  durationMs,
  outcome: 'http_status',
  status: 500,
  responseHeaders: [],
  responseBody: '',
  responseBodyEncoding: 'utf-8',
  responseTruncated: false,
  repeated: false,
  error: 'The receiver answered 500.',
  version: null,
  request: null,
  late: false,
});
const delivery = (overrides: Partial<DeliveryDetail>): DeliveryDetail => ({
  id: 'd',
  endpointId: 'e',
  eventId: 'v',
  eventType: 'a',
  state: 'exhausted',
  createdAt: at(0),
  attemptCount: 2,
  nextAttemptAt: null,
  endedAt: at(30),
  lastAttempt: null,
  endpointHost: null,
  attempts: [attempt(1, 0, 1_000), attempt(2, 11, 500)],
  ...overrides,
});

describe('the time axis of a delivery', () => {
  it('has each attempt and the wait before it, counted from the end of the one before', () => {
    const parts = stretchesOf(delivery({})).map((part) => (part.kind === 'wait' ? part.ms : part.kind));
    assert.deepEqual(parts, [0, 'attempt', 10_000, 'attempt']);
  });

  it('ends with what comes next while it is pending', () => {
    const parts = stretchesOf(delivery({ state: 'pending', endedAt: null, nextAttemptAt: at(31) }));
    assert.deepEqual(parts.slice(-2), [
      { kind: 'wait', ms: 19_500, weight: parts.at(-2)?.kind === 'wait' ? 1 + Math.log10(1_951) : 0 },
      { kind: 'next', at: at(31) },
    ]);
    assert.deepEqual(stretchesOf(delivery({ state: 'pending', attempts: [] })), [{ kind: 'next', at: null }]);
  });

  it('draws longer what took longer', () => {
    const [, short, , long] = stretchesOf(delivery({ attempts: [attempt(1, 0, 10), attempt(2, 10, 30_000)] }));
    assert.ok(short?.kind === 'attempt' && long?.kind === 'attempt' && long.weight > short.weight);
  });
});
