import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signatureOf, signingKeyOf } from '../../src/domain/profile.ts';
import { ACME, Installation } from './installation.ts';

describe('a delivery', () => {
  it('is sent at once, signed, with the event id as correlation id, and succeeds', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    const before = here.time.now;
    const [event] = await here.post();
    await here.time.pass(1_000);
    assert.equal(here.calls.length, 1);
    const [call] = here.calls;
    assert.equal(call?.startedAt, before);
    assert.equal(call?.correlationId, event?.id);
    assert.equal(
      call?.signature,
      signatureOf(signingKeyOf('a secret of good length'), new TextEncoder().encode(call?.body)),
    );
    assert.equal(JSON.parse(call?.body ?? '').eventId, event?.id);
    assert.deepEqual(await here.states(), ['succeeded']);
  });

  it('that fails at once is attempted at 0, 10 and 30 s, never earlier, and is then exhausted', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'refuse', afterMs: 0 });
    await here.endpoint();
    const before = here.time.now;
    await here.post();
    await here.time.pass(3_600_000);
    assert.deepEqual(here.startsSince(before), [0, 10_000, 30_000]);
    assert.deepEqual(await here.states(), ['exhausted']);
  });

  it('counts the delay from the end of the attempt', async () => {
    const here = await new Installation().start();
    here.behave = (_, earlier) => (earlier === 0 ? { kind: 'hang' } : { kind: 'answer', status: 200, afterMs: 1 });
    await here.endpoint();
    const before = here.time.now;
    await here.post();
    await here.time.pass(120_000);
    assert.deepEqual(here.startsSince(before), [0, 40_000]);
  });

  it('keeps body, signature and correlation id over all attempts, and has a new delivery id for each', async () => {
    const here = await new Installation().start();
    here.behave = (_, earlier) => ({ kind: 'answer', status: earlier < 2 ? 500 : 200, afterMs: 3 });
    await here.endpoint();
    await here.post();
    await here.time.pass(60_000);
    assert.equal(here.calls.length, 3);
    assert.equal(
      new Set(here.calls.map(({ body, signature, correlationId }) => body + signature + correlationId)).size,
      1,
    );
    assert.equal(new Set(here.calls.map(({ attemptId }) => attemptId)).size, 3);
    assert.deepEqual(await here.states(), ['succeeded']);
  });

  it('is retried without using up its schedule when the fault is our own', async () => {
    const here = await new Installation().start();
    here.behave = (_, earlier) => (earlier < 5 ? { kind: 'local_error' } : { kind: 'answer', status: 200, afterMs: 1 });
    await here.endpoint();
    await here.post();
    await here.time.pass(180_000);
    assert.equal(here.calls.length, 6);
    assert.deepEqual(await here.states(), ['succeeded']);
  });

  it('goes to every endpoint that subscribed to its type and to no other', async () => {
    const here = await new Installation().start();
    await here.endpoint({ url: 'https://all.example/' });
    await here.endpoint({ url: 'https://orders.example/', eventTypes: ['order.*'] });
    await here.endpoint({ url: 'https://users.example/', eventTypes: ['user.created'] });
    const off = await here.endpoint({ url: 'https://off.example/' });
    await here.wait(here.engine.setEndpointState(ACME, off, 'disabled'));
    await here.post();
    await here.time.pass(1_000);
    assert.deepEqual(here.calls.map(({ url }) => url).sort(), ['https://all.example/', 'https://orders.example/']);
  });

  it('of an endpoint created a moment ago is made although the catalog was at hand', async () => {
    const here = await new Installation().start();
    await here.post();
    await here.endpoint();
    const [event] = await here.post();
    assert.equal(event?.deliveries.length, 1);
  });
});

describe('many deliveries', () => {
  it('are all made though far more wait than memory holds', async () => {
    const here = await new Installation().start();
    await here.endpoint();
    for (let i = 0; i < 5; i++) await here.post(1_000);
    await here.time.pass(60_000);
    assert.equal(here.calls.length, 5_000);
    assert.equal(new Set(here.calls.map(({ correlationId }) => correlationId)).size, 5_000);
    assert.deepEqual(here.engine.load, { leased: 0, active: 0, lanes: 0 });
  });

  it('waiting behind a hanging endpoint do not delay another one’s', async () => {
    const here = await new Installation().start();
    here.behave = (url) => (url.includes('hangs') ? { kind: 'hang' } : { kind: 'answer', status: 200, afterMs: 5 });
    await here.endpoint({ url: 'https://hangs.example/', eventTypes: ['slow.*'] });
    await here.endpoint({ url: 'https://healthy.example/', eventTypes: ['order.*'] });
    for (let i = 0; i < 5; i++) await here.post(1_000, 'slow.one');
    const before = here.time.now;
    await here.post();
    await here.time.pass(100);
    const healthy = here.calls.filter(({ url }) => url.includes('healthy'));
    assert.equal(healthy.length, 1);
    assert.equal(healthy[0]?.startedAt, before);
  });

  it('never exceed the endpoint’s concurrency', async () => {
    const here = await new Installation().start();
    here.behave = () => ({ kind: 'answer', status: 200, afterMs: 100 });
    await here.endpoint();
    await here.post(50);
    await here.time.pass(60_000);
    for (const { startedAt } of here.calls) {
      const together = here.calls.filter((call) => call.startedAt <= startedAt && (call.endedAt ?? 0) > startedAt);
      assert.ok(together.length <= 4);
    }
  });
});
