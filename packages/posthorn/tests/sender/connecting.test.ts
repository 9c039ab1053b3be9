// Promise: a connection is made within its limit or not at all, and the limit is one for DNS, TCP and TLS together.
import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { dialTcp } from '../../src/adapters/sender/dial.ts';
import type { Answer, Resolver } from '../../src/adapters/sender/resolver.ts';
import { createAuthority } from '../../src/apps/receiver/certificates.ts';
import { answering, response, startReceiver } from '../support/receivers.ts';
import { assertEndedAt, CONNECT_MS, LATE_MS, resolvingTo, startSender, timed } from '../support/senders.ts';

const authority = await createAuthority();
const hooks = await authority.issue(['hooks.test']);
const tls = { cert: hooks.certPem, key: hooks.keyPem };

function answeringNames(lookup: () => Promise<Answer>, silent = false): Resolver {
  return { lookup, silent: () => silent, close: () => {} };
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const never = new Promise<never>(() => {});

describe('the limit for connecting', { concurrency: true }, () => {
  it('of one second ends a stalled handshake at one second, for each of many calls', async () => {
    await using receiver = await startReceiver();
    await using sending = startSender();
    const call = { connectTimeoutMs: 1_000 };
    const calls = await Promise.all(
      Array.from({ length: 20 }, async (_, phase) => {
        await delay(phase * 13);
        return timed(() => sending.send(`https://127.0.0.1:${receiver.port}/`, call));
      }),
    );
    for (const { ms, value } of calls) {
      assert.equal(value.outcome, 'connect_timeout');
      assert.match(value.error ?? '', /within 1000 ms.*TLS handshake/);
      assert.equal(value.connectMs, null);
      assert.ok(ms >= 1_000, `ended after ${ms} ms`);
      assert.ok(ms < 1_200, `ended after ${ms} ms`);
    }
    const fastest = Math.min(...calls.map(({ ms }) => ms));
    assert.ok(fastest <= 1_050, `the fastest of 20 ended after ${fastest} ms`);
    assert.equal(receiver.requests.length, 0);
  });

  it('is one for DNS, TCP and TLS together', async () => {
    await using receiver = await startReceiver();
    const slowNames = answeringNames(async () => {
      await delay(120);
      return { addresses: ['127.0.0.1'] };
    });
    const slowDial = (address: string, port: number) => {
      const socket = new Socket();
      setTimeout(() => socket.connect(port, address), 120);
      return socket;
    };
    await using sending = startSender({}, { resolver: slowNames, dial: slowDial });
    const { ms, value } = await timed(() => sending.send(`https://hooks.test:${receiver.port}/`));
    assert.equal(value.outcome, 'connect_timeout');
    assert.match(value.error ?? '', /TLS handshake/);
    assertEndedAt(ms, CONNECT_MS);
  });

  it('ends a lookup that nobody answers', async () => {
    await using sending = startSender({}, { resolver: answeringNames(() => never) });
    const { ms, value } = await timed(() => sending.send('https://hooks.test/'));
    assert.equal(value.outcome, 'connect_timeout');
    assert.match(value.error ?? '', /name servers had not answered/);
    assertEndedAt(ms, CONNECT_MS);
  });

  it('ends a connection that nobody accepts', async () => {
    const socket = new Socket();
    await using sending = startSender({}, { resolver: resolvingTo('127.0.0.1'), dial: () => socket });
    const { ms, value } = await timed(() => sending.send('https://hooks.test/'));
    assert.equal(value.outcome, 'connect_timeout');
    assert.match(value.error ?? '', /had not accepted/);
    assert.equal(socket.destroyed, true);
    assertEndedAt(ms, CONNECT_MS);
  });

  it('is not part of the time for the reply', async () => {
    await using receiver = await startReceiver({
      onRequest: (socket) => setTimeout(() => socket.write(response(200)), 250),
    });
    const slowNames = answeringNames(async () => {
      await delay(250);
      return { addresses: ['127.0.0.1'] };
    });
    await using sending = startSender({}, { resolver: slowNames });
    const result = await sending.send(`http://hooks.test:${receiver.port}/`);
    assert.equal(result.outcome, 'succeeded');
    assert.ok((result.connectMs ?? 0) >= 249, `connectMs ${result.connectMs}`);
    assert.ok(result.durationMs >= 499, `durationMs ${result.durationMs}`);
  });
});

describe('a connection', () => {
  it('that is refused says so at once', async () => {
    const gone = await startReceiver();
    await gone[Symbol.asyncDispose]();
    await using sending = startSender();
    const { ms, value } = await timed(() => sending.send(`https://127.0.0.1:${gone.port}/`));
    assert.equal(value.outcome, 'connect_refused');
    assert.ok(ms < LATE_MS, `took ${ms} ms`);
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

  it('that waits for name servers which answer nobody is our own trouble', async () => {
    await using sending = startSender({}, { resolver: answeringNames(() => never, true) });
    assert.equal((await sending.send('https://hooks.test/')).outcome, 'local_error');
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

  it('gets past a dead address within its second', async () => {
    await using receiver = await startReceiver({ tls, onRequest: answering(200) });
    const dial = (address: string, port: number) => (address === '127.0.0.2' ? new Socket() : dialTcp(address, port));
    const resolver = resolvingTo('127.0.0.2', '127.0.0.1');
    await using sending = startSender({ extraCa: [authority.caPem] }, { resolver, dial });
    const result = await sending.send(`https://hooks.test:${receiver.port}/`, { connectTimeoutMs: 1_000 });
    assert.equal(result.outcome, 'succeeded');
    assert.ok((result.connectMs ?? 0) >= 240, `connectMs ${result.connectMs}`);
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
    await sending.send(`https://127.0.0.1:${receiver.port}/`);
    assert.equal(proxy.connections(), 0);
  });

  it('is opened for each of many calls at once', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    await using sending = startSender();
    const calls = Array.from({ length: 200 }, () =>
      sending.send(`http://127.0.0.1:${receiver.port}/`, { connectTimeoutMs: 5_000, replyTimeoutMs: 5_000 }),
    );
    for (const { outcome } of await Promise.all(calls)) assert.equal(outcome, 'succeeded');
    assert.equal(receiver.requests.length, 200);
  });
});
