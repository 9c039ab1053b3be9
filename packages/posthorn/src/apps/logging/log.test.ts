import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import type { AttemptId, DeliveryId, EndpointId, EventId, ReplayId, TenantId } from '../../domain/ids.ts';
import { type SteadyMs, steady, wall } from '../../domain/time.ts';
import type { Report } from '../../engine/reports.ts';
import type { Replay } from '../../seams/store/replays.ts';
import type { LogLevel } from '../settings/log-levels.ts';
import { plain } from '../terminal/paint.ts';
import { type Log, openLog } from './log.ts';
import { readableLine } from './readable.ts';
import { levelOf, logLine } from './report-lines.ts';

/** A reader that takes what it is given, or one that stands still. */
function reader({ stuck = false } = {}) {
  let text = '';
  const output = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += chunk;
      if (!stuck) done();
    },
  });
  return { output, text: () => text };
}

function logged(level: LogLevel, write: (log: Log) => void): string {
  const { output, text } = reader();
  write(openLog({ level, paint: undefined, output }));
  return text();
}

describe('the log', () => {
  it('writes only the fields of its list', () => {
    const fields = { delivery: 'd1', payload: 'secret', headers: 'secret' };
    const line: unknown = JSON.parse(logged('info', (log) => log.write('info', 'hello', fields)));
    assert.ok(typeof line === 'object' && line !== null && 'time' in line);
    assert.deepEqual({ ...line, time: 0 }, { level: 'info', time: 0, delivery: 'd1', msg: 'hello' });
  });

  it('leaves out what is below its level', () => {
    const text = logged('warn', (log) => {
      log.write('info', 'quiet');
      log.write('warn', 'loud');
    });
    assert.doesNotMatch(text, /quiet/);
    assert.match(text, /loud/);
  });
});

describe('a log that nobody reads', () => {
  it('keeps a bounded part, and is not waited for', async () => {
    const { output } = reader({ stuck: true });
    const log = openLog({ level: 'info', paint: undefined, output });
    const text = 'x'.repeat(1_000_000);
    for (let i = 0; i < 20; i++) log.write('info', text);
    assert.ok(output.writableLength < 10_000_000, `${output.writableLength} bytes`);
    await log.flush(1);
  });

  it('is given up when its reader went away', () => {
    const { output, text } = reader();
    const log = openLog({ level: 'info', paint: undefined, output });
    output.emit('error', new Error('EPIPE'));
    log.write('info', 'hello');
    assert.equal(text(), '');
  });
});

describe('a readable log line', () => {
  it('has time, level, what happened and the facts', () => {
    const line = '{"level":"warn","time":"2026-11-23T19:00:01.234Z","delivery":"d1","msg":"attempt 3 failed"}';
    assert.equal(readableLine(line, plain), '19:00:01.234Z warn  attempt 3 failed delivery=d1\n');
  });

  it('lets no escape sequence through', () => {
    const line = JSON.stringify({
      level: 'info',
      time: '',
      event: '\u001b[2J',
      msg: '\u001b]0;x\u0007',
      stack: 'a\n\u001bb',
    });
    assert.doesNotMatch(readableLine(line, plain), /[^\x20-\x7e\n]/);
  });
});

describe('reports in words', () => {
  const now: SteadyMs = steady(1_000_000);
  const lineOf = (report: Report) => ({ level: levelOf(report), ...logLine(report, now) });
  const attempted = (changes: Partial<Extract<Report, { kind: 'attempted' }>>) =>
    lineOf({
      kind: 'attempted',
      tenantId: 't1' as TenantId,
      endpointId: 'e1' as EndpointId,
      eventId: 'v1' as EventId,
      eventType: 'order.paid',
      deliveryId: 'd1' as DeliveryId,
      attemptId: 'a1' as AttemptId,
      number: 1,
      trigger: 'schedule',
      startedAt: wall(0),
      result: {
        outcome: 'connect_refused',
        connectMs: null,
        durationMs: 3.4,
        repeated: false,
        response: null,
        error: 'The receiver refused the connection.',
      },
      state: 'pending',
      dueAt: steady(1_010_000),
      late: false,
      ...changes,
    });

  it('says of a failure why and when the next attempt comes, with the ids to look it up', () => {
    const { level, text, fields } = attempted({});
    assert.deepEqual([level, text], ['info', 'attempt 1 failed, next in 10.0 s: The receiver refused the connection.']);
    assert.deepEqual([fields.delivery, fields.event, fields.retryInMs], ['d1', 'v1', 10_000]);
  });

  it('warns when a delivery is exhausted', () => {
    const { level, text } = attempted({ state: 'exhausted', dueAt: null, number: 3 });
    assert.deepEqual([level, text.startsWith('attempt 3 failed and was the last one')], ['warn', true]);
  });

  it('have the ids of tenant, endpoint, event, delivery and attempt in every line about an attempt', () => {
    const ids = { tenant: 't1', endpoint: 'e1', event: 'v1', delivery: 'd1', attempt: 'a1' };
    const begun = lineOf({
      kind: 'started',
      tenantId: 't1' as TenantId,
      endpointId: 'e1' as EndpointId,
      eventId: 'v1' as EventId,
      deliveryId: 'd1' as DeliveryId,
      attemptId: 'a1' as AttemptId,
      number: 1,
      trigger: 'schedule',
      waited: null,
    });
    const lines = [begun, attempted({}), attempted({ state: 'exhausted', dueAt: null }), attempted({ late: true })];
    for (const { text, fields } of lines) {
      const { tenant, endpoint, event, delivery, attempt } = fields;
      assert.deepEqual({ tenant, endpoint, event, delivery, attempt }, ids, text);
    }
  });

  it('says what was erased, of whom and by whom, and nothing that it told', () => {
    const tenantId = 't1' as TenantId;
    const asked = lineOf({ kind: 'event_erased', tenantId, eventId: 'v1' as EventId, by: 'dashboard' });
    assert.deepEqual(asked, {
      level: 'info',
      text: 'event erased: its payload, keys and responses are gone',
      fields: { tenant: 't1', event: 'v1', by: 'dashboard' },
    });
    assert.deepEqual(lineOf({ kind: 'events_erased', tenantId, retentionDays: 7, events: 300 }), {
      level: 'info',
      text: 'events erased that are older than their tenant keeps them: 300',
      fields: { tenant: 't1', events: 300, retentionDays: 7 },
    });
    const set = (retentionDays: number | null) => lineOf({ kind: 'retention_set', tenantId, retentionDays, by: 'key' });
    assert.deepEqual(set(7), {
      level: 'info',
      text: 'the tenant keeps its events for 7 days from now on',
      fields: { tenant: 't1', retentionDays: 7, by: 'key' },
    });
    assert.equal(set(null).text, 'the tenant keeps its events for as long as the installation from now on');
  });

  it('says when a replay starts and how it ends, with the ids to look it up', () => {
    const replay: Replay = {
      id: 'r1' as ReplayId,
      tenantId: 't1' as TenantId,
      endpointId: 'e1' as EndpointId,
      eventTypes: null,
      states: ['exhausted'],
      since: null,
      until: wall(0),
      state: 'running',
      ratePerSecond: 50,
      total: 7,
      replayed: 0,
      skipped: 0,
      createdAt: wall(0),
      endedAt: null,
    };
    const started = lineOf({ kind: 'replay_started', replay });
    assert.deepEqual([started.level, started.text], ['info', 'replay of 7 deliveries started']);
    const ended = lineOf({
      kind: 'replay_ended',
      replay: { ...replay, state: 'cancelled', replayed: 4, skipped: 1 },
    });
    assert.deepEqual([ended.level, ended.text], ['info', 'replay cancelled: 4 deliveries replayed, 1 skipped']);
    for (const { fields } of [started, ended]) {
      assert.partialDeepStrictEqual(fields, { tenant: 't1', endpoint: 'e1', replay: 'r1', total: 7 });
    }
  });

  it('keeps quiet about what went well', () => {
    const response = { status: 200, headers: [], body: new Uint8Array(), truncated: false };
    const result = {
      outcome: 'succeeded',
      connectMs: 1,
      durationMs: 2,
      repeated: false,
      response,
      error: null,
    } as const;
    assert.equal(attempted({ result, state: 'succeeded', dueAt: null }).level, 'debug');
  });
});
