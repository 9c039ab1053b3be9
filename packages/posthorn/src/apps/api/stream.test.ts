// The live stream over a real connection: what a reader sees, and what becomes of one that does not read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { ApiBench, AUTHORIZED, KEY, list, REFUSED, text } from '../../../tests/support/api-bench.ts';
import { systemClock } from '../../adapters/clock.ts';
import { SESSION_CHECK_MS } from './routes/stream.ts';

const EVENT = { type: 'order.paid', payload: {} };

interface Message {
  readonly id: string;
  readonly kind: string;
  readonly data: unknown;
}

async function listen(bench: ApiBench): Promise<number> {
  await bench.app.listen({ host: '127.0.0.1', port: 0 });
  // Listening on a port, its address is no path.
  return (bench.app.server.address() as AddressInfo).port;
}

/** Reads messages as a client does. @param who shows a key, or the cookie of a session */
async function* messages(
  url: string,
  headers: Record<string, string> = {},
  who: Record<string, string> = AUTHORIZED,
): AsyncGenerator<Message> {
  const response = await fetch(url, { headers: { ...who, ...headers } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.ok(response.body !== null);
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (field('event') !== '') yield { id: field('id'), kind: field('event'), data: JSON.parse(field('data')) };
    }
  }
}

async function take(from: AsyncGenerator<Message>, count: number): Promise<Message[]> {
  const taken: Message[] = [];
  while (taken.length < count) {
    const { value, done } = await from.next();
    assert.ok(!done, `the stream ended after ${taken.length} of ${count} messages`);
    taken.push(value);
  }
  return taken;
}

describe('GET /v1/stream', () => {
  it('shows an event, its attempt and what became of the delivery', async () => {
    await using bench = await ApiBench.open();
    bench.answer = () => REFUSED;
    await bench.tenant('acme');
    const endpointId = await bench.endpoint('acme');
    const stream = messages(`http://127.0.0.1:${await listen(bench)}/v1/stream`);
    assert.deepEqual(
      (await take(stream, 1)).map(({ kind }) => kind),
      ['ready'],
    );
    const { body } = await bench.call('POST', '/v1/tenants/acme/events', EVENT);
    const [accepted, started, attempted] = await take(stream, 3);
    const eventId = text(body, 'id');
    const deliveryId = text(list(body, 'deliveries')[0], 'id');
    assert.deepEqual(accepted?.data, { tenant: 'acme', eventId, eventType: 'order.paid', deliveries: 1 });
    assert.equal(started?.kind, 'started');
    assert.equal(attempted?.kind, 'attempted');
    const { attemptId, startedAt, nextAttemptAt, ...facts } = Object(attempted?.data);
    assert.equal(text(started?.data, 'attemptId'), attemptId);
    assert.ok(Date.parse(nextAttemptAt) - Date.parse(startedAt) >= 9_999);
    assert.deepEqual(facts, {
      tenant: 'acme',
      endpointId,
      eventId,
      deliveryId,
      number: 1,
      trigger: 'schedule',
      eventType: 'order.paid',
      connectMs: null,
      durationMs: 2,
      outcome: 'connect_refused',
      status: null,
      error: 'Nothing listens at that port.',
      state: 'pending',
      late: false,
    });
    await stream.return(undefined);
  });

  it('goes on after the message named by Last-Event-ID', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    const url = `http://127.0.0.1:${await listen(bench)}/v1/stream?tenant=acme`;
    const first = messages(url);
    const [ready] = await take(first, 1);
    await bench.call('POST', '/v1/tenants/acme/events', EVENT);
    const again = messages(url, { 'last-event-id': ready?.id ?? '' });
    assert.deepEqual(await take(again, 1), await take(first, 1));
    const strange = messages(url, { 'last-event-id': 'long-gone' });
    assert.equal((await take(strange, 1))[0]?.kind, 'reset');
    for (const stream of [first, again, strange]) await stream.return(undefined);
  });

  it('refuses a filter that is none', async () => {
    await using bench = await ApiBench.open();
    for (const query of ['tenant=a%20b', 'endpointId=1', 'tenants=acme', `key=${KEY}`]) {
      assert.equal((await bench.call('GET', `/v1/stream?${query}`)).status, 422, query);
    }
  });

  it('takes no key from the query', async () => {
    await using bench = await ApiBench.open();
    const { status } = await bench.request({ method: 'GET', url: `/v1/stream?authorization=Bearer%20${KEY}` });
    assert.equal(status, 401);
  });

  it('ends for a session that has ended, and goes on for one that goes on', async () => {
    const clock = systemClock(0);
    const checks = new Map<() => void, number>();
    const timer: typeof clock.timer = (at, fire) => {
      checks.set(fire, at - clock.now());
      return () => checks.delete(fire);
    };
    await using bench = await ApiBench.open({ clock: { ...clock, timer } });
    const host = `127.0.0.1:${await listen(bench)}`;
    const headers = { host, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    const signIn = async () => {
      const answer = await bench.app.inject({ method: 'POST', url: '/session', headers, payload: { key: KEY } });
      return { cookie: String(answer.headers['set-cookie']).split(';', 1)[0] ?? '' };
    };
    const check = () => {
      for (const [fire, ms] of [...checks]) {
        assert.ok(ms > 0 && ms <= SESSION_CHECK_MS);
        checks.delete(fire);
        fire();
      }
    };
    const [mine, theirs] = [await signIn(), await signIn()];
    const url = `http://${host}/v1/stream`;
    const [ended, open] = [messages(url, {}, mine), messages(url, {}, theirs)];
    await take(ended, 1);
    await take(open, 1);
    check();
    await bench.app.inject({ method: 'DELETE', url: '/session', headers: { ...headers, ...mine } });
    check();
    await assert.rejects(ended.next());
    assert.equal(bench.stream.size, 1);
    await bench.tenant('acme');
    await bench.call('POST', '/v1/tenants/acme/events', EVENT);
    assert.equal((await take(open, 1))[0]?.kind, 'accepted');
    await open.return(undefined);
    await bench.until('nobody is watched any more', async () => checks.size === 0);
  });

  it('ends with the service, also for a reader that does not read', { timeout: 10_000 }, async () => {
    const bench = await ApiBench.open();
    await bench.tenant('acme');
    const port = await listen(bench);
    const stream = messages(`http://127.0.0.1:${port}/v1/stream`);
    await take(stream, 1);
    const idle = await stuckReader(port);
    await bench.until('both are there', async () => bench.stream.size === 2);
    await bench[Symbol.asyncDispose]();
    assert.deepEqual(await stream.next(), { value: undefined, done: true });
    idle.destroy();
  });

  it('drops a reader that does not read, and delivers on', { timeout: 30_000 }, async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    const idle = await stuckReader(await listen(bench));
    await bench.until('it is there', async () => bench.stream.size === 1);
    const type = 'x'.repeat(100);
    const events = Array.from({ length: 1_000 }, () => ({ type, payload: {} }));
    await bench.until('it is dropped', async () => {
      await bench.call('POST', '/v1/tenants/acme/events/batch', { events });
      return bench.stream.size === 0;
    });
    idle.destroy();
  });
});

/** A client that asks for the stream and never reads a byte of it. */
async function stuckReader(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET /v1/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: ${AUTHORIZED.authorization}\r\n\r\n`);
  return socket;
}
