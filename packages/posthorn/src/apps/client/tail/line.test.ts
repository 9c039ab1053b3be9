import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../adapters/clock.ts';
import type { AttemptId, DeliveryId, EndpointId, EventId, TenantId } from '../../../domain/ids.ts';
import type { CallResult } from '../../../domain/outcome.ts';
import { steady, wall } from '../../../domain/time.ts';
import { messageData } from '../../stream/messages.ts';
import { plain } from '../../terminal/paint.ts';
import { endedAt, readAttempt, type TailedAttempt } from './attempt.ts';
import { TailLines } from './line.ts';

const AT = '2026-11-23T18:59:04.120Z';
const NOW = Date.parse(AT);

/** A result as the stream carries it, as it is read again. */
function told(result: CallResult, changes: Partial<TailedAttempt> = {}): TailedAttempt {
  const data = messageData(
    {
      kind: 'attempted',
      tenantId: 'acme' as TenantId,
      endpointId: '01a212df-f570-7037-b523-ed107cf11c1a' as EndpointId,
      eventId: '01a212e0-39aa-70c1-82eb-936e1e530510' as EventId,
      deliveryId: '01a212e0-39af-7947-92a5-7803918a8385' as DeliveryId,
      attemptId: '01a212e0-39b8-78f7-a830-c4c0ef5c48eb' as AttemptId,
      eventType: 'order.paid',
      number: 1,
      trigger: 'schedule',
      startedAt: wall(NOW),
      result,
      state: result.outcome === 'succeeded' ? 'succeeded' : 'exhausted',
      dueAt: steady(0),
      late: false,
    },
    systemClock(0),
  );
  const attempt = readAttempt(data);
  assert.ok(attempt !== undefined, data);
  return { ...attempt, nextAttemptAt: null, ...changes };
}

const call = { connectMs: 3, durationMs: 48, repeated: false };
const response = (status: number) => ({ status, headers: [], body: new Uint8Array(), truncated: false });
const DELIVERED: CallResult = { ...call, outcome: 'succeeded', response: response(204), error: null };
const FAILED: CallResult = { ...call, outcome: 'http_status', response: response(503), error: 'It answered 503.' };
const RESET: CallResult = { ...call, outcome: 'connection_reset', response: null, error: 'Gone.' };

const line = (attempt: TailedAttempt, lines = new TailLines(plain)) => lines.line(attempt, 'receiver.example', NOW);

describe('a line of the tail', () => {
  it('says who, what, how it went and what comes next', () => {
    assert.equal(
      line(told(DELIVERED)),
      '18:59:04.120Z  acme  receiver.example  order.paid   #1  ✓ Delivered              48 ms  204',
    );
    const again = { state: 'pending', nextAttemptAt: '2026-11-23T18:59:14.120Z', number: 2 } as const;
    assert.match(line(told(FAILED, again)), / #2 {2}✗ HTTP 503 +48 ms {2}next in 10 s$/);
    assert.match(line(told(RESET)), /✗ Connection closed or reset +48 ms {2}exhausted$/);
    assert.match(line(told(RESET, { trigger: 'manual' })), /manual, exhausted$/);
    assert.match(line(told(RESET, { late: true })), /too late: it changed nothing$/);
  });

  it('keeps its columns as others come', () => {
    const lines = new TailLines(plain);
    line(told(DELIVERED, { eventType: 'order.refunded' }), lines);
    assert.match(line(told(DELIVERED), lines), /order\.paid {7}#1/);
    line(told(DELIVERED, { eventType: 'x'.repeat(128) }), lines);
    assert.ok(line(told(DELIVERED), lines).length < 120);
  });

  it('sends no byte of an escape sequence to the terminal', () => {
    const hostile = '\u001b[2J\u009b31m\u202e';
    const shown = line(told(DELIVERED, { tenant: hostile, eventType: hostile, startedAt: hostile }));
    assert.doesNotMatch(shown, /[^\x20-\x7e✓✗…]/);
  });

  it('knows when its attempt ended, unless the server tells nonsense', () => {
    assert.equal(endedAt(told(DELIVERED)), '2026-11-23T18:59:04.168Z');
    for (const startedAt of ['', '$(reboot)', '300000-01-01']) {
      assert.equal(endedAt(told(DELIVERED, { startedAt })), undefined);
    }
  });

  it('is not made of what is no attempt', () => {
    for (const data of ['', '{}', 'null', '{"tenant":1}']) assert.equal(readAttempt(data), undefined);
  });
});
