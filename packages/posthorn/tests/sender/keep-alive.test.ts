// Promise: connections are used again, and a receiver that closes one at the wrong moment costs no attempt.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createAuthority } from '../../src/apps/receiver/certificates.ts';
import { answering, type ReceivedRequest, response, startReceiver } from '../support/receivers.ts';
import { REPLY_MS, resolvingTo, startSender } from '../support/senders.ts';
import { SimulatedTimers } from '../support/simulated-timers.ts';
import { startThreadedReceiver } from '../support/threaded-receiver.ts';

const authority = await createAuthority();
const hooks = await authority.issue(['hooks.test']);
const tls = { cert: hooks.certPem, key: hooks.keyPem };

/** Answers the first request of every connection and does something else with the others. */
function thenOnReuse(onReuse: (socket: Socket) => void, first = response(200)) {
  const seen = new Set<number>();
  return (socket: Socket, { connection }: ReceivedRequest) => {
    if (seen.has(connection)) onReuse(socket);
    else socket.write(first);
    seen.add(connection);
  };
}

describe('a kept connection', () => {
  for (const status of [200, 204, 404, 500]) {
    it(`is used again after ${status}`, async () => {
      await using receiver = await startReceiver({ onRequest: answering(status) });
      await using sending = startSender();
      const url = `http://127.0.0.1:${receiver.port}/`;
      assert.ok((await sending.send(url)).connectMs !== null);
      for (let call = 2; call <= 5; call++) assert.equal((await sending.send(url)).connectMs, null);
      assert.equal(receiver.connections(), 1);
    });
  }

  it('is used again over TLS, without a handshake', async () => {
    await using receiver = await startReceiver({ tls, onRequest: answering(200, 'ok') });
    await using sending = startSender({ extraCa: [authority.caPem] }, { resolver: resolvingTo('127.0.0.1') });
    const url = `https://hooks.test:${receiver.port}/`;
    const first = await sending.send(url, { connectTimeoutMs: 2_000 });
    assert.ok((first.connectMs ?? -1) >= 0);
    assert.equal((await sending.send(url)).connectMs, null);
    assert.equal(receiver.connections(), 1);
  });

  it('serves one call at a time', async () => {
    const waiting: Socket[] = [];
    // Answers none before all of a round have come, so that each has a connection of its own.
    const onRequest = (socket: Socket) => {
      if (waiting.push(socket) === 16) for (const each of waiting.splice(0)) each.write(response(200));
    };
    await using receiver = await startReceiver({ onRequest });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    for (let round = 1; round <= 3; round++) {
      const results = await Promise.all(Array.from({ length: 16 }, () => sending.send(url)));
      assert.equal(results.filter(({ connectMs }) => connectMs === null).length, round === 1 ? 0 : 16);
    }
    assert.equal(receiver.connections(), 16);
  });

  it('serves calls that came while all were in use', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const calls = 400;
    const results = await Promise.all(Array.from({ length: calls }, () => sending.send(url)));
    assert.ok(results.every(({ outcome }) => outcome === 'succeeded'));
    assert.ok(receiver.connections() < calls / 2, `${receiver.connections()} connections for ${calls} calls`);
  });

  it('is not waited for where the receiver takes its time', async () => {
    const calls = 100;
    const waiting: Socket[] = [];
    const onRequest = (socket: Socket) => {
      if (waiting.push(socket) === calls) for (const each of waiting) each.write(response(200));
    };
    await using receiver = await startReceiver({ onRequest });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const results = await Promise.all(Array.from({ length: calls }, () => sending.send(url)));
    assert.ok(results.every(({ outcome }) => outcome === 'succeeded'));
    assert.equal(receiver.connections(), calls);
  });

  for (const secure of [false, true]) {
    it(`is enough for calls one after the other, however fast${secure ? ' (TLS)' : ''}`, async () => {
      const lanes = 8;
      // On another thread, so that its answers come before this one's loop has seen that all is sent.
      await using receiver = await startThreadedReceiver(secure ? { tls } : {});
      await using sending = startSender({ extraCa: [authority.caPem] }, { resolver: resolvingTo('127.0.0.1') });
      const url = `${secure ? 'https' : 'http'}://hooks.test:${receiver.port}/`;
      const inTurn = async () => {
        for (let call = 0; call < 100; call++) {
          const result = await sending.send(url, { connectTimeoutMs: 5_000, replyTimeoutMs: 5_000 });
          assert.equal(result.outcome, 'succeeded');
        }
      };
      await Promise.all(Array.from({ length: lanes }, inTurn));
      assert.equal(await receiver.connections(), lanes);
    });
  }

  for (const [what, header] of [
    ['says so', 'connection: close'],
    ['will close it within a second', 'keep-alive: timeout=1'],
  ] as const) {
    it(`is not used again when the receiver ${what}`, async () => {
      await using receiver = await startReceiver({ onRequest: answering(200, '', [header]) });
      await using sending = startSender();
      for (let call = 1; call <= 3; call++) {
        const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
        assert.equal(result.outcome, 'succeeded');
        assert.equal(result.repeated, false);
      }
      assert.equal(receiver.connections(), 3);
    });
  }

  it('that the receiver closed meanwhile is replaced without a word', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    for (let call = 1; call <= 3; call++) {
      const result = await sending.send(url);
      assert.equal(result.outcome, 'succeeded');
      assert.equal(result.repeated, false);
      for (const socket of receiver.sockets) socket.end();
      while (receiver.open() > 0) await new Promise(setImmediate);
    }
    assert.equal(receiver.requests.length, 3);
  });

  it('on which the receiver planted a response is not used again', async () => {
    await using receiver = await startReceiver({
      onRequest: (socket, { number }) => {
        socket.write(number === 1 ? response(200) + response(200, 'planted') : response(200, 'genuine'));
      },
    });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await sending.send(url);
    const { response: second } = await sending.send(url);
    assert.equal(Buffer.from(second?.body ?? []).toString(), 'genuine');
    assert.equal(receiver.connections(), 2);
  });

  it('on which the receiver plants a response later is not used again', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200, 'genuine') });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await sending.send(url);
    for (const socket of receiver.sockets) socket.write(response(200, 'planted'));
    while (receiver.open() > 0) await new Promise(setImmediate);
    const { response: second } = await sending.send(url);
    assert.equal(Buffer.from(second?.body ?? []).toString(), 'genuine');
  });
});

describe('a call on a kept connection that breaks', { concurrency: true }, () => {
  for (const [what, secure, breaks] of [
    ['is closed', false, (socket: Socket) => void socket.end()],
    ['is reset', false, (socket: Socket) => void socket.resetAndDestroy()],
    ['is closed (TLS)', true, (socket: Socket) => void socket.end()],
    ['is cut off (TLS)', true, (socket: Socket) => void socket.destroy()],
  ] as const) {
    it(`is made again at once on a new one when it ${what}`, async () => {
      await using receiver = await startReceiver({ ...(secure ? { tls } : {}), onRequest: thenOnReuse(breaks) });
      await using sending = startSender({ extraCa: [authority.caPem] }, { resolver: resolvingTo('127.0.0.1') });
      const url = `${secure ? 'https' : 'http'}://hooks.test:${receiver.port}/`;
      const call = { connectTimeoutMs: 2_000, headers: [['x-iadvize-delivery', 'the-same']] as const };
      await sending.send(url, call);
      const result = await sending.send(url, call);
      assert.equal(result.outcome, 'succeeded');
      assert.equal(result.repeated, true);
      assert.ok(result.connectMs !== null);
      assert.deepEqual(
        receiver.requests.map(({ connection }) => connection),
        [1, 1, 2],
      );
      assert.equal(receiver.requests[2]?.head, receiver.requests[1]?.head);
      assert.deepEqual(receiver.requests[2]?.body, receiver.requests[1]?.body);
    });
  }

  it('is made again once only', async () => {
    let calls = 0;
    await using receiver = await startReceiver({
      onRequest: (socket) => {
        if (++calls === 1) socket.write(response(200));
        else socket.end();
      },
    });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await sending.send(url);
    const result = await sending.send(url);
    assert.equal(result.outcome, 'connection_reset');
    assert.equal(result.repeated, true);
    assert.equal(receiver.requests.length, 3);
  });

  it('is not made on another kept connection, which may be as old', async () => {
    await using receiver = await startReceiver({ onRequest: thenOnReuse((socket) => socket.end()) });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await Promise.all([1, 2, 3].map(() => sending.send(url)));
    const result = await sending.send(url);
    assert.equal(result.outcome, 'succeeded');
    assert.equal(result.repeated, true);
    assert.equal(receiver.connections(), 4);
  });

  it('is not made again once a byte of the reply has come', async () => {
    await using receiver = await startReceiver({ onRequest: thenOnReuse((socket) => socket.end('HTTP/1.1 2')) });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await sending.send(url);
    const result = await sending.send(url);
    assert.notEqual(result.outcome, 'succeeded');
    assert.equal(result.repeated, false);
    assert.equal(receiver.requests.length, 2);
  });

  it('is not made again when it ran out of time', async (t) => {
    const time = new SimulatedTimers(t);
    await using receiver = await startReceiver({ onRequest: thenOnReuse(() => {}) });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await sending.send(url);
    const call = sending.send(url, { replyTimeoutMs: REPLY_MS });
    await time.until(() => receiver.requests.length === 2);
    const { value } = await time.timed(call);
    assert.deepEqual([value.outcome, value.repeated], ['reply_timeout', false]);
    assert.equal(receiver.requests.length, 2);
  });

  it('goes on under the same clock when it is made again', async (t) => {
    const time = new SimulatedTimers(t);
    await using receiver = await startReceiver({
      onRequest: (socket, { number }) => {
        if (number === 1) socket.write(response(200));
        if (number === 2) setTimeout(() => socket.end(), REPLY_MS / 2);
      },
    });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await sending.send(url);
    const call = sending.send(url, { replyTimeoutMs: REPLY_MS });
    await time.until(() => receiver.requests.length === 2);
    await time.pass(REPLY_MS / 2);
    await time.until(() => receiver.requests.length === 3);
    const { ms, value } = await time.timed(call);
    assert.deepEqual([value.outcome, value.repeated, ms], ['reply_timeout', true, REPLY_MS / 2]);
    assert.equal(receiver.requests.length, 3);
  });
});
