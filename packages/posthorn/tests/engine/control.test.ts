import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointState } from '../../src/domain/endpoint/endpoint.ts';
import { type Store, StoreUnavailable } from '../../src/seams/store/index.ts';
import { ACME, Installation } from './installation.ts';

async function onlyDelivery(here: Installation) {
  const [one] = (await here.store.deliveries(ACME, {}, { limit: 1, after: null })).items;
  assert.ok(one !== undefined);
  return one;
}

describe('a manual retry', () => {
  it('makes one more attempt of an exhausted delivery now, and ends it if that succeeds', async () => {
    const here = await new Installation().start();
    here.behave = (_, earlier) => ({ kind: 'answer', status: earlier < 3 ? 500 : 200, afterMs: 1 });
    await here.endpoint();
    await here.post();
    await here.time.pass(60_000);
    const { id, state } = await onlyDelivery(here);
    assert.equal(state, 'exhausted');
    assert.equal(await here.wait(here.engine.retry(ACME, id)), 'due');
    await here.time.pass(100);
    assert.equal(here.calls.length, 4);
    assert.equal((await onlyDelivery(here)).state, 'succeeded');
  });

  it('that fails leaves an exhausted delivery exhausted, without starting its schedule anew', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'answer', status: 500, afterMs: 1 });
    await here.endpoint();
    await here.post();
    await here.time.pass(60_000);
    const { id } = await onlyDelivery(here);
    await here.wait(here.engine.retry(ACME, id));
    await here.time.pass(600_000);
    assert.equal(here.calls.length, 4);
    const detail = await here.store.delivery(ACME, id);
    assert.equal(detail?.state, 'exhausted');
    assert.deepEqual(
      detail?.history.map(({ trigger }) => trigger),
      ['schedule', 'schedule', 'schedule', 'manual'],
    );
  });

  it('of a delivery that waits for its retry is extra: the retry keeps its time', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'answer', status: 500, afterMs: 0 });
    await here.endpoint();
    const before = here.time.now;
    await here.post();
    await here.time.pass(4_000);
    await here.wait(here.engine.retry(ACME, (await onlyDelivery(here)).id));
    await here.time.pass(60_000);
    assert.deepEqual(here.startsSince(before), [0, 4_000, 10_000, 30_000]);
  });
});

describe('disabling an endpoint', () => {
  it('holds what is pending, and enabling lets it go on', async () => {
    const here = await new Installation().start();
    here.behave = (_, earlier) => ({ kind: 'answer', status: earlier === 0 ? 500 : 200, afterMs: 1 });
    const id = await here.endpoint();
    await here.post();
    await here.time.pass(1_000);
    await here.wait(here.engine.setEndpointState(ACME, id, 'disabled'));
    await here.time.pass(3_600_000);
    assert.equal(here.calls.length, 1);
    assert.deepEqual(await here.states(), ['pending']);
    await here.wait(here.engine.setEndpointState(ACME, id, 'active'));
    await here.time.pass(1_000);
    assert.equal(here.calls.length, 2);
    assert.deepEqual(await here.states(), ['succeeded']);
  });
});

describe('a change whose answer is lost', () => {
  const lost = () => Promise.reject(new StoreUnavailable('unreachable', 'the answer is lost'));

  async function failingOnce(overrides: (store: Store) => Partial<Store>): Promise<Installation> {
    const here = new Installation();
    here.behave = () => ({ kind: 'answer', status: 500, afterMs: 1 });
    here.engine = here.newEngine({ ...here.store, ...overrides(here.store) });
    return await here.start();
  }

  it('is a retry all the same', async () => {
    const here = await failingOnce((store) => ({ retry: (...args) => store.retry(...args).then(lost) }));
    await here.endpoint({ scheduleMs: [] });
    await here.post();
    await here.time.pass(1_000);
    await assert.rejects(here.wait(here.engine.retry(ACME, (await onlyDelivery(here)).id)), StoreUnavailable);
    await here.time.pass(1_000);
    assert.equal(here.calls.length, 2);
  });

  it('enables an endpoint all the same', async () => {
    const here = await failingOnce((store) => ({
      setEndpointState: async (...change) => {
        const answer = await store.setEndpointState(...change);
        return answer?.state === 'active' ? await lost() : answer;
      },
    }));
    const id = await here.endpoint();
    await here.post();
    const turn = (state: EndpointState) => here.wait(here.engine.setEndpointState(ACME, id, state));
    await here.time.pass(1_000);
    await turn('disabled');
    await here.time.pass(60_000);
    await assert.rejects(turn('active'), StoreUnavailable);
    await here.time.pass(1_000);
    assert.equal(here.calls.length, 2);
  });
});

describe('deleting an endpoint', () => {
  it('cancels what is pending, in the lane, in the backlog and waiting for its retry', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'hang' });
    const id = await here.endpoint();
    for (let i = 0; i < 2; i++) await here.post(1_000);
    await here.time.pass(1_000);
    await here.wait(here.engine.deleteEndpoint(ACME, id));
    await here.time.pass(120_000);
    const pending = (await here.store.deliveries(ACME, { states: ['pending'] }, { limit: 10, after: null })).items;
    assert.deepEqual(pending, []);
    assert.ok(here.calls.length <= 8, `${here.calls.length} calls`);
    assert.deepEqual(here.engine.load, { leased: 0, active: 0, lanes: 0 });
  });
});

describe('a test call', () => {
  it('is made even to a disabled endpoint, answers with the result, and stores nothing', async () => {
    const here = await new Installation().start();
    const id = await here.endpoint();
    await here.wait(here.engine.setEndpointState(ACME, id, 'disabled'));
    const answer = await here.wait(
      here.engine.testEndpoint(ACME, id, { id: null, type: 'user.created', payload: '{}' }),
    );
    assert.ok(answer !== 'missing');
    assert.equal(answer.result.outcome, 'succeeded');
    assert.equal(here.calls[0]?.attemptId, answer.attemptId);
    assert.deepEqual(await here.states(), []);
  });

  it('that failed for reasons of our own says that it is not repeated, where a delivery says that it is', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'local_error' });
    const id = await here.endpoint();
    const draft = { id: null, type: 'user.created', payload: '{}' };
    const answer = await here.wait(here.engine.testEndpoint(ACME, id, draft));
    assert.ok(answer !== 'missing');
    assert.match(answer.result.error ?? '', /A test call is not repeated: test again\.$/);
    await here.post();
    await here.time.pass(1_000);
    const [pending] = (await here.store.deliveries(ACME, {}, { limit: 1, after: null })).items;
    assert.ok(pending !== undefined);
    const delivery = await here.store.delivery(ACME, pending.id);
    assert.match(delivery?.history[0]?.error ?? '', /The call will be made again\.$/);
  });
});

describe('stopping', () => {
  it('lets calls under way end, and gives back what has not begun', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'answer', status: 200, afterMs: 2_000 });
    await here.endpoint();
    await here.post(10);
    await here.time.pass(100);
    const before = here.time.now;
    await here.wait(here.engine.stop(30_000));
    assert.ok(here.time.now - before < 3_000);
    assert.equal(here.calls.length, 4);
    assert.equal((await here.states()).filter((state) => state === 'succeeded').length, 4);
    assert.equal(here.time.next, undefined, 'no timer is left');

    const next = here.newEngine();
    await here.wait(next.start());
    await here.time.pass(20_000);
    assert.equal(here.calls.length, 10);
    assert.ok((await here.states()).every((state) => state === 'succeeded'));
  });

  it('cuts off what has not ended within the grace, and the next start calls again at once', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'hang' });
    await here.endpoint();
    await here.post();
    const before = here.time.now;
    await here.wait(here.engine.stop(5_000));
    assert.ok(here.time.now - before <= 5_000);
    assert.equal(here.calls[0]?.outcome, 'interrupted');
    here.behave = () => ({ kind: 'answer', status: 200, afterMs: 1 });
    await here.wait(here.newEngine().start());
    await here.time.pass(100);
    assert.equal(here.calls.length, 2);
    assert.deepEqual(await here.states(), ['succeeded']);
  });

  it('gives back what it holds while old history is being removed, however long that takes', async () => {
    const here = await new Installation().start();
    await here.wait(here.engine.stop(1_000));
    const { time, store } = here;
    let leftAfter: number | undefined;
    const asked = time.now + 62_000;
    here.engine = here.newEngine({
      ...store,
      leave: async (owner) => {
        leftAfter = time.now - asked;
        await store.leave(owner);
      },
      prune: async () => {
        await time.sleep(120_000);
        return 0;
      },
    });
    await here.wait(here.engine.start());
    here.behave = () => ({ kind: 'hang' });
    await here.endpoint();
    await time.pass(asked - 1_000 - time.now);
    await here.post(10);
    await time.pass(asked - time.now);
    await here.wait(here.engine.stop(5_000));
    assert.ok(leftAfter !== undefined && leftAfter < 5_000);
    assert.equal(time.now - asked, 118_000, 'the step is waited for');
  });

  it('accepts nothing any more', async () => {
    const here = await new Installation().start();
    await here.wait(here.engine.stop(1_000));
    const answer = await here.wait(here.engine.accept(ACME, [{ id: null, type: 'a', payload: '{}' }]));
    assert.deepEqual(answer, { kind: 'overloaded' });
  });
});
