// Two engines on one Postgres, with the real clock: they share the work, and never attempt the same delivery at once.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { monotonicMs, systemClock } from '../../src/adapters/clock.ts';
import { openPostgresStore } from '../../src/adapters/postgres/index.ts';
import { systemRandom } from '../../src/adapters/random.ts';
import { DEFAULT_SETTINGS } from '../../src/domain/endpoint/settings.ts';
import { type EventId, makeId, type TenantId } from '../../src/domain/ids.ts';
import type { CallResult } from '../../src/domain/outcome.ts';
import { headerNamesOf } from '../../src/domain/profile.ts';
import { wall } from '../../src/domain/time.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Report } from '../../src/engine/reports.ts';
import type { Sender } from '../../src/seams/sender.ts';
import type { Store } from '../../src/seams/store/index.ts';
import { createTestDatabase } from '../support/postgres.ts';

const ACME = 'acme' as TenantId;
const NONE = { connectMs: null, durationMs: 1, repeated: false };
const DONE: CallResult = {
  ...NONE,
  outcome: 'succeeded',
  response: { status: 204, headers: [], body: new Uint8Array(), truncated: false },
  error: null,
};
const FAILED: CallResult = { ...NONE, outcome: 'connect_refused', response: null, error: 'It refused.' };

/** A receiver that both engines call: notes how many calls of one event were under way at once, and who made them. */
class CallRecorder {
  readonly calls: { engine: string; eventId: string; at: number }[] = [];
  overlaps = 0;
  readonly #underWay = new Set<string>();
  /** The receiver's answer to the nth call of an event. */
  answer: (nth: number) => CallResult = () => DONE;

  sender(engine: string): Sender {
    return {
      send: async (call) => {
        const eventId = call.headers.find(([name]) => name === 'x-iadvize-correlationid')?.[1] ?? '';
        const nth = this.calls.filter((one) => one.eventId === eventId).length;
        this.calls.push({ engine, eventId, at: monotonicMs() });
        if (this.#underWay.has(eventId)) this.overlaps += 1;
        this.#underWay.add(eventId);
        for (let turn = 0; turn < 3; turn++) await setImmediate();
        this.#underWay.delete(eventId);
        return this.answer(nth);
      },
      close: async () => {},
    };
  }
}

describe('two engines on one Postgres', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let stores: Store[];
  let engines: Engine[];
  let recorder: CallRecorder;
  let ended: number;
  let onSettled: () => void = () => {};

  before(async () => {
    database = await createTestDatabase();
    recorder = new CallRecorder();
    ended = 0;
    const report = (report: Report) => {
      if (report.kind !== 'attempted' || report.state === 'pending') return;
      ended += 1;
      onSettled();
    };
    stores = [await openPostgresStore({ url: database.url }), await openPostgresStore({ url: database.url })];
    engines = stores.map((store, index) => {
      const settings = {
        endpointConcurrency: 8,
        retentionDays: 30,
        senderProfile: { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/test' },
        encryptionKey: new Uint8Array(32).fill(3),
      };
      const clock = systemClock(Date.now() - monotonicMs());
      const sender = recorder.sender(`engine ${index}`);
      return new Engine({ store, sender, clock, random: systemRandom(), settings, report });
    });
    for (const engine of engines) await engine.start();
    await stores[0]?.putTenant(ACME, undefined, wall(Date.now()));
  });

  after(async () => {
    for (const engine of engines) await engine.stop(5_000);
    for (const store of stores) await store.close();
    await database.drop();
  });

  const whenEnded = (count: number) =>
    new Promise<void>((resolve) => {
      onSettled = () => {
        if (ended >= count) resolve();
      };
      onSettled();
    });

  const endpoint = async (engine: Engine | undefined, scheduleMs: readonly number[]) => {
    const url = 'https://receiver.example/';
    const settings = { ...DEFAULT_SETTINGS, url, scheduleMs, secrets: ['a secret of good length'] } as const;
    const created = await engine?.createEndpoint(ACME, settings, 'key');
    assert.ok(typeof created === 'object');
    return created.id;
  };

  it('deliver what either accepted, each event once, also far more than memory holds', async () => {
    const id = await endpoint(engines[0], []);
    const drafts = Array.from({ length: 500 }, (_, n) => ({ id: null, type: 'order.created', payload: `{"n":${n}}` }));
    const answers = await Promise.all([1, 2, 3, 4].flatMap(() => engines.map((engine) => engine.accept(ACME, drafts))));
    assert.ok(answers.every(({ kind }) => kind === 'accepted'));
    await whenEnded(4_000);
    assert.equal(recorder.calls.length, 4_000);
    assert.equal(new Set(recorder.calls.map(({ eventId }) => eventId)).size, 4_000);
    assert.equal(recorder.overlaps, 0);
    assert.equal(new Set(recorder.calls.map(({ engine }) => engine)).size, 2);
    await engines[1]?.deleteEndpoint(ACME, id);
  });

  it('see an endpoint that the other created a moment ago', async () => {
    const id = await endpoint(engines[1], []);
    const answer = await engines[0]?.accept(ACME, [{ id: null, type: 'a.b', payload: '{}' }]);
    assert.ok(answer?.kind === 'accepted');
    assert.deepEqual(
      answer.events[0]?.deliveries.map(({ endpointId }) => endpointId),
      [id],
    );
    await whenEnded(4_001);
    await engines[0]?.deleteEndpoint(ACME, id);
  });

  it('take what callers post to both at once under one id as one event, and refuse other content under it', async () => {
    const id = await endpoint(engines[0], []);
    const eventId = makeId<EventId>(Date.now(), systemRandom().bytes(10));
    const payloads = Array.from({ length: 50 }, (_, caller) => (caller % 5 === 4 ? '{"other":1}' : '{"same":1}'));
    const answers = await Promise.all(
      payloads.map((payload, caller) =>
        engines[caller % 2]
          ?.accept(ACME, [{ id: eventId, type: 'a.b', payload }])
          .then((answer) => ({ payload, answer })),
      ),
    );
    const accepted = answers.flatMap((one) =>
      one?.answer.kind === 'accepted' ? one.answer.events.map((event) => ({ ...event, payload: one.payload })) : [],
    );
    const refused = answers.filter((one) => one?.answer.kind === 'conflict');
    assert.equal(accepted.length + refused.length, 50);
    assert.equal(accepted.filter(({ existing }) => !existing).length, 1);
    assert.equal(new Set(accepted.map(({ payload, deliveries }) => JSON.stringify({ payload, deliveries }))).size, 1);
    assert.ok(refused.every((one) => one?.payload !== accepted[0]?.payload));
    await whenEnded(4_002);
    assert.equal(recorder.calls.filter((call) => call.eventId === eventId).length, 1);
    await engines[1]?.deleteEndpoint(ACME, id);
  });

  it('make each retry once, at its time, whoever it is that makes it', async () => {
    const before = recorder.calls.length;
    recorder.answer = (nth) => (nth === 0 ? FAILED : DONE);
    await endpoint(engines[0], [700]);
    const drafts = Array.from({ length: 300 }, (_, n) => ({ id: null, type: 'order.paid', payload: `{"n":${n}}` }));
    await Promise.all(engines.map((engine) => engine.accept(ACME, drafts)));
    await whenEnded(4_602);
    const calls = Map.groupBy(recorder.calls.slice(before), ({ eventId }) => eventId);
    assert.equal(calls.size, 600);
    for (const [first, second, ...more] of calls.values()) {
      assert.deepEqual(more, []);
      assert.ok(first !== undefined && second !== undefined);
      assert.ok(second.at - first.at >= 700, `retried after ${second.at - first.at} ms`);
    }
    assert.equal(recorder.overlaps, 0);
  });
});
