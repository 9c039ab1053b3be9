import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointId } from '../../src/domain/ids.ts';
import { ACME, Installation } from './installation.ts';

/** Calls under way at most at once since a moment, to all endpoints together. */
function mostAtOnce(here: Installation, since: number): number {
  const changes = here.calls.flatMap(({ startedAt, endedAt = Number.POSITIVE_INFINITY }) =>
    startedAt < since ? [] : [[startedAt, 1] as const, [endedAt, -1] as const],
  );
  let [now, most] = [0, 0];
  for (const [, change] of changes.toSorted(([a, one], [b, other]) => a - b || one - other)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

const change = (here: Installation, id: EndpointId, concurrency: number | null) =>
  here.wait(here.engine.changeEndpoint(ACME, id, (settings) => ({ ...settings, concurrency }), 'key'));

describe('an endpoint’s concurrency', () => {
  it('bounds its calls at once, from the first one on', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'answer', status: 204, afterMs: 50 });
    await here.endpoint({ concurrency: 2 });
    await here.post(20);
    await here.time.pass(5_000);
    assert.equal(here.calls.length, 20);
    assert.equal(mostAtOnce(here, 0), 2);
  });

  it('changes at once when the setting does, up and down, also while calls hang', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'hang' });
    const id = await here.endpoint({ concurrency: 1, scheduleMs: [] });
    await here.post(30);
    await here.time.pass(1_000);
    assert.equal(here.calls.length, 1);
    await change(here, id, 3);
    await here.time.pass(100);
    assert.equal(here.calls.length, 3, 'nothing had to end before');
    await change(here, id, null);
    await here.time.pass(100);
    assert.equal(here.calls.length, 4, 'as many as the installation allows');
    await change(here, id, 1);
    await here.time.pass(200_000);
    assert.equal(mostAtOnce(here, here.time.now - 100_000), 1);
  });

  it('holds for what a later process takes over, which does not know it yet', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'answer', status: 503, afterMs: 50 });
    await here.endpoint({ concurrency: 1, scheduleMs: [3_600_000] });
    await here.post(9);
    await here.time.pass(10_000);
    await here.wait(here.engine.stop(0));
    here.behave = () => ({ kind: 'answer', status: 204, afterMs: 50 });
    here.engine = here.newEngine();
    await here.wait(here.engine.start());
    const restarted = here.time.now;
    await here.time.pass(4_000_000);
    assert.deepEqual(new Set(await here.states()), new Set(['succeeded']));
    assert.equal(mostAtOnce(here, restarted), 1);
  });
});
