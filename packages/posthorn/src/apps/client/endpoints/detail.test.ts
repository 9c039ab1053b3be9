import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OUTCOMES, type Outcome } from '../../../domain/outcome.ts';
import { plain } from '../../terminal/paint.ts';
import type { Endpoint, Statistics } from '../answers.ts';
import { endpointDetail } from './detail.ts';
import { endpointTable } from './list.ts';

const NOW = Date.parse('2026-11-23T19:00:04.120Z');
const ENDPOINT: Endpoint = {
  id: '01a212df-f570-7037-b523-ed107cf11c1a',
  url: 'https://receiver.example/hook',
  eventTypes: ['order.*'],
  description: 'Orders',
  scheduleMs: [10_000, 20_000],
  connectTimeoutMs: 1_000,
  replyTimeoutMs: 30_000,
  enabled: true,
  headerNames: ['authorization'],
  createdAt: '2026-11-23T18:00:00.000Z',
  updatedAt: '2026-11-23T18:30:00.000Z',
};
const none = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
const STATISTICS: Statistics = {
  span: 'day',
  since: '2026-11-22T19:00:00.000Z',
  until: '2026-11-23T20:00:00.000Z',
  stepMs: 3_600_000,
  accepted: null,
  attempts: 1_320,
  failedAttempts: 150,
  succeeded: 1_170,
  exhausted: 30,
  successRate: 0.975,
  outcomes: { ...none, succeeded: 1_170, http_status: 30, reply_timeout: 120 },
  statuses: [
    { status: 503, attempts: 24 },
    { status: 404, attempts: 6 },
  ],
  durationMs: { p50: 38.2, p90: 61.5, p99: 640 },
  pending: { count: 10_000, capped: true, oldestAt: '2026-11-23T18:57:04.120Z' },
  steps: [],
};

describe('an endpoint in detail', () => {
  it('has its settings, and how it does', () => {
    assert.deepEqual(endpointDetail(ENDPOINT, STATISTICS, NOW, plain), [
      'https://receiver.example/hook  ✓ enabled',
      '  endpoint       01a212df-f570-7037-b523-ed107cf11c1a',
      '  description    Orders',
      '  wants          order.*',
      '  retries        after 10 s, 20 s',
      '  timeouts       1 s to connect, 30 s to reply',
      '  extra headers  authorization',
      '  created        2026-11-23 18:00:00.000 UTC',
      '  changed        2026-11-23 18:30:00.000 UTC',
      '  last 24 h      1,320 attempts, 150 failed',
      '  delivered      97.5 %: 1,170 of 1,200 deliveries',
      '  calls          half within 38 ms, 90 % within 62 ms, 99 % within 640 ms',
      '  failures       120 × Reply timed out, 24 × HTTP 503, 6 × HTTP 404',
      '  pending        10,000 or more, the oldest accepted 3 min ago',
    ]);
  });

  it('says nothing of what there was not', () => {
    const quiet: Statistics = {
      ...STATISTICS,
      attempts: 0,
      failedAttempts: 0,
      succeeded: 0,
      exhausted: 0,
      successRate: null,
      outcomes: none,
      statuses: [],
      durationMs: { p50: null, p90: null, p99: null },
      pending: { count: 0, capped: false, oldestAt: null },
    };
    assert.deepEqual(endpointDetail(ENDPOINT, quiet, NOW, plain).slice(-2), [
      '  last 24 h      0 attempts, 0 failed',
      '  pending        0',
    ]);
    assert.equal(endpointDetail(ENDPOINT, undefined, NOW, plain).length, 9);
  });

  it('sends no byte of an escape sequence to the terminal', () => {
    const hostile = '\u001b[2J\u009b31m\u202e';
    const endpoint = { ...ENDPOINT, url: `https://x/${hostile}`, description: hostile, headerNames: [hostile] };
    for (const line of endpointDetail(endpoint, STATISTICS, NOW, plain)) assert.doesNotMatch(line, /[^\x20-\x7e✓×]/);
  });
});

describe('endpoints in a table', () => {
  it('have their health beside them, as far as it is known', () => {
    const table = endpointTable(
      [ENDPOINT, { ...ENDPOINT, id: 'b', enabled: false, eventTypes: null }],
      new Map([[ENDPOINT.id, STATISTICS]]),
      { places: undefined, paint: plain },
    );
    assert.deepEqual(table, [
      'ID                                    STATE           OK         PENDING  ENDPOINT               WANTS',
      '01a212df-f570-7037-b523-ed107cf11c1a  ✓ enabled   97.5 %  10,000 or more  receiver.example/hook  order.*',
      'b                                     – disabled       –               –  receiver.example/hook  everything',
    ]);
  });
});
