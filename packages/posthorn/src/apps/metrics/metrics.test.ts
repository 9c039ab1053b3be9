import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { systemClock } from '../../adapters/clock.ts';
import type { AttemptId, DeliveryId, EndpointId, EventId, TenantId } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import type { Report } from '../../engine/reports.ts';
import { Metrics } from './metrics.ts';

const IDS = {
  tenantId: 't1' as TenantId,
  endpointId: 'e1' as EndpointId,
  eventId: 'v1' as EventId,
  deliveryId: 'd1' as DeliveryId,
  attemptId: 'a1' as AttemptId,
};
const RESULT = {
  outcome: 'connect_refused',
  connectMs: null,
  durationMs: 3,
  repeated: false,
  response: null,
  error: 'refused',
} as const;

const started = (parts: Partial<Extract<Report, { kind: 'started' }>>): Report => ({
  kind: 'started',
  ...IDS,
  number: 2,
  trigger: 'schedule',
  waited: { since: 'due', ms: 40 },
  ...parts,
});

const attempted = (parts: Partial<Extract<Report, { kind: 'attempted' }>>): Report => ({
  kind: 'attempted',
  ...IDS,
  eventType: 'a',
  number: 3,
  trigger: 'schedule',
  startedAt: wall(0),
  result: RESULT,
  state: 'exhausted',
  dueAt: null,
  late: false,
  ...parts,
});

async function after(...reports: readonly Report[]): Promise<string> {
  const load = { leased: 0, active: 0, lanes: 0 };
  const sources = { load: () => load, store: createMemoryStore(), clock: systemClock(0), version: '1' };
  const metrics = new Metrics({ ...sources, withProcess: false });
  for (const one of reports) metrics.note(one);
  return await metrics.text();
}

describe('metrics', () => {
  it('count as lateness what retries of the schedule waited, and nothing else', async () => {
    const text = await after(
      started({}),
      started({ number: 1 }),
      started({ trigger: 'manual' }),
      started({ waited: { since: 'accepted', ms: 1 } }),
      started({ waited: null }),
    );
    assert.match(text, /^posthorn_retry_lateness_seconds_sum 0\.04$/m);
    assert.match(text, /^posthorn_retry_lateness_seconds_count 1$/m);
    assert.match(text, /^posthorn_queue_wait_seconds_count\{since="due"\} 3$/m);
    assert.match(text, /^posthorn_queue_wait_seconds_count\{since="accepted"\} 1$/m);
  });

  it('count a delivery as ended when an attempt ended it', async () => {
    assert.match(await after(attempted({})), /ended_total\{state="exhausted"\} 1$/m);
  });

  it('do not count it again when a manual attempt failed, or when the record came late', async () => {
    const text = await after(
      attempted({ trigger: 'manual' }),
      attempted({ late: true }),
      attempted({ state: 'pending' }),
    );
    assert.match(text, /ended_total\{state="exhausted"\} 0$/m);
    assert.match(text, /attempts_total\{outcome="connect_refused"\} 3$/m);
  });

  it('take the time to connect off the time to reply', async () => {
    const response = { status: 500, headers: [], body: new Uint8Array(), truncated: false };
    const result = { ...RESULT, outcome: 'http_status', response, connectMs: 250, durationMs: 1_000 } as const;
    const text = await after(attempted({ result }));
    assert.match(text, /^posthorn_connect_seconds_sum 0\.25$/m);
    assert.match(text, /^posthorn_reply_seconds_sum 0\.75$/m);
  });
});
