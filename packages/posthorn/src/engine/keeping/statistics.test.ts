// Statistics: every accepted event and every recorded attempt once, in its step, and the pending deliveries of now.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACME, Installation } from '../../../tests/engine/installation.ts';
import type { EndpointId } from '../../domain/ids.ts';
import type { Scope } from '../../domain/tally.ts';
import { wall } from '../../domain/time.ts';
import type { Engine, Span } from '../../engine/engine.ts';
import { type Store, StoreUnavailable } from '../../seams/store/index.ts';
import type { Tallied } from '../../seams/store/tallies.ts';

const EVERYTHING: Scope = { kind: 'installation' };
const TENANT: Scope = { kind: 'tenant', tenantId: ACME };
const endpointScope = (endpointId: EndpointId): Scope => ({ kind: 'endpoint', tenantId: ACME, endpointId });

async function read(here: Installation, scope: Scope, span: Span = 'hour', engine: Engine = here.engine) {
  return await here.wait(engine.statistics(scope, span));
}

/** A store whose tallies are told to `tell` instead. */
function withTally(store: Store, tell: (told: Tallied, store: () => Promise<void>) => Promise<void>): Store {
  return {
    ...store,
    tally: (writer, number, told) => tell(told, () => store.tally(writer, number, told)),
  };
}

describe('statistics', () => {
  it('count events, attempts and what became of deliveries, at once, in every span', async () => {
    const here = await new Installation().start();
    const good = await here.endpoint();
    const bad = await here.endpoint({ url: 'https://bad.example/hook', eventTypes: ['order.*'] });
    here.behave = (url) =>
      url.includes('bad') ? { kind: 'answer', status: 500, afterMs: 300 } : { kind: 'answer', status: 204, afterMs: 5 };
    await here.post(3);
    await here.post(2, 'user.created');
    await here.time.pass(60_000);
    for (const span of ['hour', 'day', 'month'] as const) {
      const { total } = await read(here, EVERYTHING, span);
      assert.deepEqual(
        [total.accepted, total.attempts, total.failed, total.succeeded, total.exhausted],
        [5, 5 + 9, 9, 5, 3],
      );
      assert.deepEqual([total.outcome_succeeded, total.outcome_http_status], [5, 9]);
      assert.deepEqual([...total.statuses], [[500, 9]]);
      assert.deepEqual([total.ms_8, total.ms_512], [5, 9]);
      assert.deepEqual((await read(here, TENANT, span)).total, total);
      assert.equal((await read(here, endpointScope(good), span)).total.attempts, 5);
      assert.equal((await read(here, endpointScope(bad), span)).total.exhausted, 3);
    }
    const [worst, ...others] = await here.wait(here.engine.troubles(null, 'hour'));
    assert.deepEqual(others, []);
    assert.deepEqual([worst?.tenantId, worst?.endpointId, worst?.exhausted, worst?.failed], [ACME, bad, 3, 9]);
    const last = here.calls.findLast(({ url }) => url.includes('bad'))?.endedAt ?? 0;
    assert.ok(worst !== undefined && Math.abs(worst.lastFailedAt - last) <= 1);
  });

  it('have a step for every slot of the span, the last of which goes on', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    await here.post();
    await here.time.pass(3 * 60_000);
    await here.post(2);
    await here.time.pass(1_000);
    for (const [span, steps, stepMs] of [
      ['hour', 60, 60_000],
      ['day', 24, 3_600_000],
      ['month', 30, 86_400_000],
    ] as const) {
      const statistics = await read(here, EVERYTHING, span);
      assert.equal(statistics.steps.length, steps);
      assert.equal(statistics.stepMs, stepMs);
      assert.ok(here.time.wallNow < statistics.until && here.time.wallNow >= statistics.until - stepMs);
      statistics.steps.forEach(({ at }, index) => {
        assert.equal(at, statistics.since + index * stepMs);
      });
    }
    const { steps } = await read(here, EVERYTHING);
    assert.deepEqual(
      steps.slice(-4).map(({ counts }) => counts.attempts),
      [1, 0, 0, 2],
    );
  });

  it('are told every five seconds, so that a crash takes no more with it', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    const at = here.time.wallNow;
    await here.post(4);
    await here.time.pass(5_001);
    const [slot] = await here.store.tallies(EVERYTHING, 'day', wall(at - 86_400_000), wall(at + 86_400_000));
    assert.deepEqual([slot?.counts.accepted, slot?.counts.attempts], [4, 4]);
  });

  it('are told when the engine stops', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    await here.post(4);
    await here.time.pass(10);
    await here.wait(here.engine.stop(30_000));
    assert.equal((await read(here, EVERYTHING)).total.attempts, 4);
  });

  it('of several processes add up, whatever names they lease under', async () => {
    const here = new Installation();
    const shared = { ...here.store, exclusive: false };
    here.engine = here.newEngine(shared);
    await here.start();
    await here.endpoint();
    const other = here.newEngine(shared);
    await here.wait(other.start());
    await here.post(2);
    await here.wait(other.accept(ACME, [{ id: null, type: 'order.created', payload: '{}' }]));
    await here.time.pass(5_001);
    assert.equal((await read(here, EVERYTHING)).total.attempts, 3);
    assert.equal((await read(here, EVERYTHING, 'hour', other)).total.attempts, 3);
  });

  it('count once what was told twice because the answer was lost', async () => {
    const here = new Installation();
    let lose = 3;
    here.engine = here.newEngine(
      withTally(here.store, async (_, store) => {
        await store();
        if (lose-- > 0) throw new StoreUnavailable('unreachable', 'the answer was lost');
      }),
    );
    await here.start();
    await here.endpoint();
    await here.post(2);
    await here.time.pass(30_000);
    await here.post(1);
    await here.time.pass(30_000);
    assert.ok(lose < 0);
    assert.equal((await read(here, EVERYTHING)).total.attempts, 3);
  });

  it('are not lost while the store does not take them', async () => {
    const here = new Installation();
    let away = true;
    here.engine = here.newEngine(
      withTally(here.store, async (_, store) => {
        if (away) throw new StoreUnavailable('disk_full', 'the disk is full');
        await store();
      }),
    );
    await here.start();
    await here.endpoint();
    for (let minute = 0; minute < 3; minute++) {
      await here.post(2);
      await here.time.pass(60_000);
    }
    assert.equal((await read(here, EVERYTHING)).total.attempts, 0, 'a chart is shown all the same');
    away = false;
    await here.time.pass(11_000);
    assert.equal((await read(here, EVERYTHING)).total.attempts, 6);
  });

  it('of thousands of endpoints are told in small calls, with pauses', async () => {
    const here = new Installation();
    const told: { at: number; size: number }[] = [];
    here.engine = here.newEngine(
      withTally(here.store, async ({ tallies }, store) => {
        told.push({ at: here.time.now, size: tallies.length });
        await here.time.sleep(4);
        await store();
      }),
    );
    await here.start();
    for (let index = 0; index < 175; index++) await here.endpoint({ url: `https://r${index}.example/hook` });
    await here.post();
    await here.time.pass(30_000);
    const attempts = told.filter(({ size }) => size > 0);
    assert.deepEqual(
      attempts.map(({ size }) => size),
      [50, 50, 50, 26],
    );
    attempts.slice(1).forEach(({ at }, index) => {
      assert.ok(at - (attempts[index]?.at ?? 0) >= 4 * 20, 'a twentieth of the time');
    });
    const { total } = await read(here, TENANT);
    assert.deepEqual([total.accepted, total.attempts], [1, 175]);
  });

  it('sample how much is pending, once a minute', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'hang' });
    await here.endpoint();
    await here.time.pass(190_000);
    await here.post(10);
    await here.time.pass(120_000);
    const samples = (await read(here, EVERYTHING)).steps.map(({ pending }) => pending);
    assert.deepEqual(samples.slice(-5), [0, 0, 0, 10, 10]);
    assert.equal(samples.at(-6), null, 'nobody looked before the first full minute');
    assert.ok((await read(here, TENANT)).steps.every(({ pending }) => pending === null));
  });

  it('say what is pending now, what this process holds included', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'hang' });
    const hanging = await here.endpoint();
    const at = here.time.now;
    await here.post(10);
    await here.time.pass(1_000);
    for (const scope of [EVERYTHING, TENANT, endpointScope(hanging)]) {
      const { pending } = await read(here, scope);
      assert.deepEqual(pending, { count: 10, capped: false, oldestCreatedAt: Math.floor(at) });
    }
    const idle = await here.endpoint({ eventTypes: ['nothing'] });
    const { pending } = await read(here, endpointScope(idle));
    assert.deepEqual(pending, { count: 0, capped: false, oldestCreatedAt: null });
  });

  it('do not count a manual attempt that failed as one more exhausted delivery', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'refuse', afterMs: 1 });
    await here.endpoint({ scheduleMs: [] });
    const [event] = await here.post();
    await here.time.pass(1_000);
    const [delivery] = event?.deliveries ?? [];
    assert.ok(delivery !== undefined);
    await here.wait(here.engine.retry(ACME, delivery.id));
    await here.time.pass(1_000);
    const { total } = await read(here, EVERYTHING);
    assert.deepEqual([total.attempts, total.failed, total.exhausted], [2, 2, 1]);
  });

  it('need no timer but one, and none once the engine has stopped', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    await here.post();
    await here.wait(here.engine.stop(30_000));
    await here.time.pass(10);
    assert.equal(here.time.next, undefined);
  });
});
