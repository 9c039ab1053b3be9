// Replays on one engine: at their rate, across restarts, beside fresh traffic, and with nothing left behind.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACME, Installation } from '../../../tests/engine/installation.ts';
import type { ReplayId } from '../../domain/ids.ts';
import type { ReplayRequest } from '../../engine/engine.ts';
import { type Store, StoreUnavailable } from '../../seams/store/index.ts';
import type { Replay } from '../../seams/store/replays.ts';

const EXHAUSTED: ReplayRequest = { states: ['exhausted'] };

/** An engine with so many exhausted deliveries of one endpoint; the receiver is well again. */
async function withExhausted(count: number): Promise<Installation> {
  const here = await new Installation().start();
  here.behave = () => ({ kind: 'refuse', afterMs: 1 });
  await here.endpoint({ scheduleMs: [] });
  for (let left = count; left > 0; left -= 20) {
    await here.post(Math.min(left, 20));
    await here.time.pass(50);
  }
  await here.time.pass(60_000);
  here.behave = () => ({ kind: 'answer', status: 204, afterMs: 5 });
  here.calls.length = 0;
  return here;
}

async function begin(here: Installation, request: Partial<ReplayRequest> = {}): Promise<Replay> {
  const replay = await here.wait(here.engine.createReplay(ACME, { ...EXHAUSTED, ...request }));
  assert.ok(typeof replay === 'object', String(replay));
  return replay;
}

async function shown(here: Installation, id: ReplayId): Promise<Replay> {
  const replay = await here.store.replay(ACME, id);
  assert.ok(replay !== undefined);
  return replay;
}

describe('a replay', () => {
  it('makes one more attempt of each, oldest first, at most as many per second as it may', async () => {
    const here = await withExhausted(200);
    const { id, total } = await begin(here, { ratePerSecond: 20 });
    assert.equal(total, 200);
    const before = here.time.now;
    await here.time.pass(60_000);
    const starts = here.startsSince(before);
    assert.equal(starts.length, 200);
    for (const start of starts) {
      const within = starts.filter((other) => other >= start && other < start + 1_000).length;
      assert.ok(within <= 22, `${within} in a second`);
    }
    assert.ok((starts.at(-1) ?? 0) < 11_000, 'it is not much slower than it may be');
    const { state, replayed, skipped } = await shown(here, id);
    assert.deepEqual([state, replayed, skipped], ['completed', 200, 0]);
    const created = here.calls.map(({ body }) => String(JSON.parse(body)['createdAt']));
    assert.deepEqual(created, created.toSorted());
    assert.ok(new Set(created).size > 1);
    assert.ok((await here.states()).every((one) => one === 'succeeded'));
    assert.equal(here.time.next === undefined || here.time.next > here.time.now + 10_000, true, 'no timer is left');
  });

  it('is told when it begins and when it ends', async () => {
    const here = await withExhausted(3);
    const { id } = await begin(here);
    await here.time.pass(5_000);
    const told = here.reports.flatMap((report) =>
      'replay' in report ? [[report.kind, report.replay.id, report.replay.state]] : [],
    );
    assert.deepEqual(told, [
      ['replay_started', id, 'running'],
      ['replay_ended', id, 'completed'],
    ]);
  });

  it('goes on after a restart where it was', async () => {
    const here = await withExhausted(100);
    const { id } = await begin(here, { ratePerSecond: 10 });
    await here.time.pass(3_000);
    await here.wait(here.engine.stop(5_000));
    const made = here.calls.length;
    assert.ok(made > 20 && made < 40, `${made} before`);
    assert.equal(here.time.next, undefined, 'no timer is left');
    here.engine = here.newEngine();
    await here.wait(here.engine.start());
    await here.time.pass(20_000);
    assert.equal(here.calls.length, 100);
    assert.equal(new Set(here.calls.map(({ correlationId }) => correlationId)).size, 100);
    assert.equal((await shown(here, id)).state, 'completed');
  });

  it('ends when it is cancelled', async () => {
    const here = await withExhausted(100);
    const { id } = await begin(here, { ratePerSecond: 10 });
    await here.time.pass(2_000);
    const answer = await here.wait(here.engine.cancelReplay(ACME, id));
    assert.equal(answer?.kind, 'cancelled');
    await here.time.pass(20_000);
    assert.equal(here.calls.length, (await shown(here, id)).replayed);
    assert.ok(here.calls.length < 30);
  });

  it('does not make fresh events wait for more than the endpoint does in a moment', async () => {
    const here = await withExhausted(2_000);
    here.behave = () => ({ kind: 'answer', status: 204, afterMs: 100 });
    await begin(here, { ratePerSecond: 1_000 });
    const waits: number[] = [];
    for (let n = 0; n < 20; n++) {
      await here.time.pass(700);
      const before = here.time.now;
      const [event] = await here.post(1, 'fresh');
      await here.time.pass(5_000 / 10);
      const call = here.calls.find(({ correlationId }) => correlationId === event?.id);
      waits.push((call?.startedAt ?? Number.POSITIVE_INFINITY) - before);
    }
    // Four calls of 100 ms at once: 40 per second; 16 replayed ones may be before it.
    assert.ok(Math.max(...waits) <= 500, `waited ${waits.join(', ')}`);
  });

  it('leaves a hanging endpoint behind and goes on with the others', async () => {
    const here = await withExhausted(0);
    here.behave = () => ({ kind: 'refuse', afterMs: 1 });
    await here.endpoint({ scheduleMs: [], url: 'https://hanging.example/' });
    await here.post(100);
    await here.time.pass(10_000);
    here.calls.length = 0;
    here.behave = (url) => (url.includes('hanging') ? { kind: 'hang' } : { kind: 'answer', status: 204, afterMs: 5 });
    const { id } = await begin(here, { ratePerSecond: 100 });
    await here.time.pass(5_000);
    const calls = Map.groupBy(here.calls, ({ url }) => url.includes('hanging'));
    assert.equal(calls.get(false)?.length, 100);
    assert.equal(calls.get(true)?.length, 4, 'what its lane has under way');
    assert.equal((await shown(here, id)).replayed, 116);
    here.behave = () => ({ kind: 'answer', status: 204, afterMs: 5 });
    await here.time.pass(60_000);
    assert.equal((await shown(here, id)).state, 'completed');
  });

  for (const count of [5, 50]) {
    it(`of ${count} goes on when answers of the store were lost, the last one included`, async () => {
      const here = await withExhausted(count);
      await here.wait(here.engine.stop(5_000));
      let away = false;
      const failing = new Proxy(here.store, {
        get(target, name, receiver) {
          const call: unknown = Reflect.get(target, name, receiver);
          if (name !== 'stepReplay' || typeof call !== 'function') return call;
          return async (...args: Parameters<Store['stepReplay']>) => {
            const answer: unknown = await call.apply(target, args);
            // The step was taken; nobody hears of it.
            if (away) throw new StoreUnavailable('unreachable', 'away');
            return answer;
          };
        },
      });
      here.engine = here.newEngine(failing);
      await here.wait(here.engine.start());
      away = true;
      const { id } = await begin(here, { ratePerSecond: 50 });
      await here.time.pass(10_000);
      away = false;
      await here.time.pass(10_000);
      assert.equal(here.calls.length, count);
      assert.deepEqual((await shown(here, id)).replayed, count);
    });
  }
});
