// Promise: a connection is made within its limit or not at all, and the limit is one for DNS, TCP and TLS together.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { dialTcp } from '../../src/adapters/sender/dial.ts';
import type { Answer, Resolver } from '../../src/adapters/sender/resolver.ts';
import { createAuthority } from '../../src/apps/receiver/certificates.ts';
import { answering, response, startReceiver } from '../support/receivers.ts';
import { CONNECT_MS, REPLY_MS, resolvingTo, startSender } from '../support/senders.ts';
import { SimulatedTimers } from '../support/simulated-timers.ts';

const authority = await createAuthority();
const hooks = await authority.issue(['hooks.test']);
const tls = { cert: hooks.certPem, key: hooks.keyPem };

function answeringNames(lookup: () => Promise<Answer>, silent = false): Resolver {
  return { lookup, silent: () => silent, close: () => {} };
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const never = new Promise<never>(() => {});

describe('the limit for connecting', () => {
  it('of one second ends a stalled handshake at one second, for each of many calls', async (t) => {
    const time = new SimulatedTimers(t);
    await using receiver = await startReceiver();
    await using sending = startSender();
    const call = async () => {
      const beganAt = time.nowMs;
      const result = await sending.send(`https://127.0.0.1:${receiver.port}/`, { connectTimeoutMs: 1_000 });
      return { ...result, ms: time.nowMs - beganAt };
    };
    const calls: ReturnType<typeof call>[] = [];
    // As many as may connect at once without waiting for one another.
    for (let number = 1; number <= 16; number++) {
      calls.push(call());
      await time.until(() => receiver.connections() === number);
      await time.pass(13);
    }
    const { value: results } = await time.timed(Promise.all(calls));
    for (const { ms, outcome, error, connectMs } of results) {
      assert.deepEqual([ms, outcome, connectMs], [1_000, 'connect_timeout', null]);
      assert.match(error ?? '', /within 1000 ms.*TLS handshake/);
    }
    assert.equal(receiver.requests.length, 0);
  });

  it('is one for DNS, TCP and TLS together', async (t) => {
    const time = new SimulatedTimers(t);
    await using receiver = await startReceiver();
    const slowNames = answeringNames(async () => {
      await delay(120);
      return { addresses: ['127.0.0.1'] };
    });
    const socket = new Socket();
    const slowDial = (address: string, port: number) => {
      setTimeout(() => socket.connect(port, address), 120);
      return socket;
    };
    await using sending = startSender({}, { resolver: slowNames, dial: slowDial });
    const call = sending.send(`https://hooks.test:${receiver.port}/`, { connectTimeoutMs: CONNECT_MS });
    const connected = once(socket, 'connect');
    await time.pass(240);
    await connected;
    const { ms, value } = await time.timed(call);
    assert.deepEqual([value.outcome, 240 + ms], ['connect_timeout', CONNECT_MS]);
    assert.match(value.error ?? '', /TLS handshake/);
  });

  it('ends a lookup that nobody answers', async (t) => {
    const time = new SimulatedTimers(t);
    await using sending = startSender({}, { resolver: answeringNames(() => never) });
    const { ms, value } = await time.timed(sending.send('https://hooks.test/', { connectTimeoutMs: CONNECT_MS }));
    assert.deepEqual([value.outcome, ms], ['connect_timeout', CONNECT_MS]);
    assert.match(value.error ?? '', /name servers had not answered/);
  });

  it('ends a connection that nobody accepts', async (t) => {
    const time = new SimulatedTimers(t);
    const socket = new Socket();
    await using sending = startSender({}, { resolver: resolvingTo('127.0.0.1'), dial: () => socket });
    const { ms, value } = await time.timed(sending.send('https://hooks.test/', { connectTimeoutMs: CONNECT_MS }));
    assert.deepEqual([value.outcome, ms], ['connect_timeout', CONNECT_MS]);
    assert.match(value.error ?? '', /had not accepted/);
    assert.equal(socket.destroyed, true);
  });

  it('is one for all addresses of a name', async (t) => {
    const time = new SimulatedTimers(t);
    const resolver = resolvingTo('127.0.0.1', '127.0.0.2', '127.0.0.3');
    const sockets: Socket[] = [];
    const dial = () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    };
    await using sending = startSender({}, { resolver, dial });
    const { ms, value } = await time.timed(sending.send('https://hooks.test/', { connectTimeoutMs: CONNECT_MS }));
    assert.deepEqual([value.outcome, ms], ['connect_timeout', CONNECT_MS]);
    assert.deepEqual([sockets.length, sockets.every(({ destroyed }) => destroyed)], [3, true]);
  });

  it('is not part of the time for the reply', async (t) => {
    const time = new SimulatedTimers(t);
    await using receiver = await startReceiver({
      onRequest: (socket) => setTimeout(() => socket.write(response(200)), 250),
    });
    const slowNames = answeringNames(async () => {
      await delay(250);
      return { addresses: ['127.0.0.1'] };
    });
    await using sending = startSender({}, { resolver: slowNames });
    const limits = { connectTimeoutMs: CONNECT_MS, replyTimeoutMs: REPLY_MS };
    const call = sending.send(`http://hooks.test:${receiver.port}/`, limits);
    await time.pass(250);
    await time.until(() => receiver.requests.length === 1);
    await time.pass(250);
    const { outcome, connectMs, durationMs } = await call;
    assert.deepEqual([outcome, connectMs, durationMs], ['succeeded', 250, 500]);
  });
});

describe('a connection', () => {
  it('that is refused says so at once', async (t) => {
    new SimulatedTimers(t);
    const gone = await startReceiver();
    await gone[Symbol.asyncDispose]();
    await using sending = startSender();
    const { outcome, durationMs } = await sending.send(`https://127.0.0.1:${gone.port}/`);
    assert.deepEqual([outcome, durationMs], ['connect_refused', 0]);
  });

  for (const [failure, outcome] of [
    ['no_such_name', 'dns_error'],
    ['server_failed', 'dns_error'],
    ['no_resolver', 'local_error'],
  ] as const) {
    it(`to a name whose lookup fails with ${failure} is ${outcome}`, async () => {
      await using sending = startSender({}, { resolver: answeringNames(async () => ({ failure })) });
      const result = await sending.send('https://hooks.test/');
      assert.equal(result.outcome, outcome);
      assert.equal(result.connectMs, null);
    });
  }

  it('that waits for name servers which answer nobody is our own trouble', async (t) => {
    const time = new SimulatedTimers(t);
    await using sending = startSender({}, { resolver: answeringNames(() => never, true) });
    const { value } = await time.timed(sending.send('https://hooks.test/', { connectTimeoutMs: CONNECT_MS }));
    assert.equal(value.outcome, 'local_error');
  });

  it('for which there are no sockets left is our own trouble', async () => {
    const exhausted = () => {
      const socket = new Socket();
      setImmediate(() => socket.destroy(Object.assign(new Error('too many open files'), { code: 'EMFILE' })));
      return socket;
    };
    await using sending = startSender({}, { dial: exhausted });
    assert.equal((await sending.send('https://127.0.0.1/')).outcome, 'local_error');
  });

  it('gets past a dead address within its second', async (t) => {
    const time = new SimulatedTimers(t);
    await using receiver = await startReceiver({ tls, onRequest: answering(200) });
    const dial = (address: string, port: number) => (address === '127.0.0.2' ? new Socket() : dialTcp(address, port));
    const resolver = resolvingTo('127.0.0.2', '127.0.0.1');
    await using sending = startSender({ extraCa: [authority.caPem] }, { resolver, dial });
    const call = sending.send(`https://hooks.test:${receiver.port}/`, { connectTimeoutMs: 1_000 });
    const { value } = await time.timed(call);
    assert.equal(value.outcome, 'succeeded');
    assert.ok((value.connectMs ?? 0) >= 250, `connectMs ${value.connectMs}`);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((all = []) => all.some(({ address }) => address === '::1'));
  it('may go over IPv6', { skip: hasIpv6 ? false : 'this machine has no ::1' }, async () => {
    await using receiver = await startReceiver({ host: '::1', onRequest: answering(200) });
    await using sending = startSender();
    assert.equal((await sending.send(`http://[::1]:${receiver.port}/`)).outcome, 'succeeded');
    assert.equal((await sending.send(`http://localhost:${receiver.port}/`)).outcome, 'succeeded');
  });

  it('goes past the proxies of the environment', async (t) => {
    await using proxy = await startReceiver({ onRequest: answering(200) });
    await using receiver = await startReceiver({ onRequest: answering(200) });
    const before = { ...process.env };
    t.after(() => {
      process.env = before;
    });
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']) {
      process.env[name] = `http://127.0.0.1:${proxy.port}`;
    }
    process.env['NODE_USE_ENV_PROXY'] = '1';
    await using sending = startSender();
    assert.equal((await sending.send(`http://127.0.0.1:${receiver.port}/`)).outcome, 'succeeded');
    await sending.send(`https://127.0.0.1:${receiver.port}/`, { connectTimeoutMs: CONNECT_MS });
    assert.equal(proxy.connections(), 0);
  });

  it('is opened for each of many calls at once', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    await using sending = startSender();
    const calls = Array.from({ length: 200 }, () => sending.send(`http://127.0.0.1:${receiver.port}/`));
    for (const { outcome } of await Promise.all(calls)) assert.equal(outcome, 'succeeded');
    assert.equal(receiver.requests.length, 200);
  });
});
