// Promise: a stop ends calls at once and leaves nothing open.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dripping, response, startReceiver } from '../support/receivers.ts';
import { startSender } from '../support/senders.ts';
import { SimulatedTimers } from '../support/simulated-timers.ts';

const LONG = { connectTimeoutMs: 60_000, replyTimeoutMs: 60_000 };

describe('a stop signal', () => {
  it('given before makes no call', async () => {
    await using receiver = await startReceiver();
    await using sending = startSender();
    const result = await sending.send(`http://127.0.0.1:${receiver.port}/`, LONG, AbortSignal.abort());
    assert.equal(result.outcome, 'interrupted');
    assert.equal(receiver.connections(), 0);
  });

  it('ends a call that connects, at once', async (t) => {
    new SimulatedTimers(t);
    const stop = new AbortController();
    await using receiver = await startReceiver({ onConnection: () => setImmediate(() => stop.abort()) });
    await using sending = startSender();
    const { outcome } = await sending.send(`https://127.0.0.1:${receiver.port}/`, LONG, stop.signal);
    assert.equal(outcome, 'interrupted');
    while (receiver.open() > 0) await new Promise(setImmediate);
  });

  it('ends calls that wait for their reply, all that share it and no other', async () => {
    const stop = new AbortController();
    await using receiver = await startReceiver({
      onRequest: (_, { number }) => {
        if (number === 11) stop.abort();
      },
    });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const other = sending.send(url, LONG);
    const stopped = await Promise.all(Array.from({ length: 10 }, () => sending.send(url, LONG, stop.signal)));
    for (const { outcome, response: reply } of stopped) assert.deepEqual([outcome, reply], ['interrupted', null]);
    while (receiver.open() > 1) await new Promise(setImmediate);
    await sending.sender.close();
    assert.equal((await other).outcome, 'interrupted');
  });

  it('leaves a status that already came in force: calling again would be a duplicate', async () => {
    for (const [status, outcome] of [
      [200, 'succeeded'],
      [500, 'http_status'],
    ] as const) {
      const stop = new AbortController();
      await using receiver = await startReceiver({
        onRequest: (socket) => {
          socket.write(`HTTP/1.1 ${status} x\r\ncontent-length: 1000000\r\n\r\n`);
          dripping(socket, 5, 'x');
          setTimeout(() => stop.abort(), 50);
        },
      });
      await using sending = startSender();
      const result = await sending.send(`http://127.0.0.1:${receiver.port}/`, LONG, stop.signal);
      assert.equal(result.outcome, outcome);
      assert.equal(result.response?.status, status);
    }
  });

  it('that comes after the call changes nothing', async () => {
    const stop = new AbortController();
    await using receiver = await startReceiver({ onRequest: (socket) => socket.write(response(200)) });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await sending.send(url, {}, stop.signal);
    stop.abort();
    assert.equal((await sending.send(url)).connectMs, null);
  });
});

describe('closing the sender', () => {
  it('interrupts what is under way, closes what is idle, and lets nothing new begin', async () => {
    await using receiver = await startReceiver({
      onRequest: (socket, { number }) => {
        if (number <= 5) socket.write(response(200));
      },
    });
    await using sending = startSender();
    const url = `http://127.0.0.1:${receiver.port}/`;
    await Promise.all(Array.from({ length: 5 }, () => sending.send(url)));
    const underWay = [sending.send(url, LONG), sending.send(url, LONG), sending.send('https://127.0.0.1:1/', LONG)];
    while (receiver.requests.length < 7) await new Promise(setImmediate);
    await sending.sender.close();
    const outcomes = (await Promise.all(underWay)).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes.slice(0, 2), ['interrupted', 'interrupted']);
    while (receiver.open() > 0) await new Promise(setImmediate);
    assert.equal((await sending.send(url)).outcome, 'interrupted');
    assert.equal(receiver.requests.length, 7);
  });
});
