// Promise: when a name leads elsewhere, calls follow after its TTL, however many come; a call under way is not cut off.
import assert from 'node:assert/strict';
import { Resolver as NameServers } from 'node:dns';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { type Dial, dialTcp } from '../../src/adapters/sender/dial.ts';
import { createResolver } from '../../src/adapters/sender/resolver.ts';
import type { CallResult } from '../../src/domain/outcome.ts';
import { startNameServer } from '../support/name-server.ts';
import { answering, type Receiver, type ReceiverOptions, response, startReceiver } from '../support/receivers.ts';
import { startSender } from '../support/senders.ts';

interface Scene {
  /** Calls the name. */
  readonly call: () => Promise<CallResult>;
  /** Lets the name lead to the new receiver. */
  readonly change: () => void;
  /** Lets so much time pass. */
  readonly pass: (ms: number) => void;
  readonly old: Receiver;
  readonly fresh: Receiver;
}

/** The name leads to one receiver, and then to another. */
async function setScene(t: TestContext, ttl: number, options: ReceiverOptions = {}): Promise<Scene> {
  const [old, fresh] = await Promise.all([
    startReceiver({ onRequest: answering(200), ...options }),
    startReceiver({ onRequest: answering(200) }),
  ]);
  let address = '127.0.0.1';
  const server = await startNameServer(() => ({ addresses: [address], ttl }));
  const nameServers = new NameServers();
  nameServers.setServers([server.address]);
  const dial: Dial = (to) => dialTcp('127.0.0.1', to === '127.0.0.1' ? old.port : fresh.port);
  const sending = startSender({}, { resolver: createResolver(() => nameServers), dial });
  let passedMs = 0;
  const realNow = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => realNow() + passedMs);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.after(async () => {
    t.mock.timers.reset();
    t.mock.restoreAll();
    for (const each of [sending, old, fresh, server]) await each[Symbol.asyncDispose]();
  });
  return {
    call: () => sending.send('http://hooks.test/', { connectTimeoutMs: 60_000, replyTimeoutMs: 3_600_000 }),
    change: () => {
      address = '127.0.0.2';
    },
    pass: (ms) => {
      passedMs += ms;
      t.mock.timers.tick(ms);
    },
    old,
    fresh,
  };
}

const requests = ({ old, fresh }: Scene) => [old.requests.length, fresh.requests.length];

describe('a change of DNS', () => {
  for (const [ttl, seconds] of [
    [20, 20],
    [0, 10],
  ] as const) {
    it(`is followed after ${seconds} s if the TTL is ${ttl} s, though calls keep coming`, async (t) => {
      const scene = await setScene(t, ttl);
      assert.equal((await scene.call()).outcome, 'succeeded');
      scene.change();
      let calls = 1;
      const everyMs = seconds * 50;
      for (let ms = everyMs; ms < seconds * 1_000; ms += everyMs) {
        scene.pass(everyMs);
        assert.equal((await scene.call()).connectMs, null, `after ${ms} ms`);
        calls += 1;
      }
      assert.deepEqual(requests(scene), [calls, 0]);
      scene.pass(everyMs);
      assert.equal((await scene.call()).outcome, 'succeeded');
      assert.deepEqual(requests(scene), [calls, 1]);
    });
  }

  it('lets a call that is under way end, and closes its connection then', async (t) => {
    let waiting: Socket | undefined;
    const scene = await setScene(t, 20, {
      onRequest: (socket) => {
        waiting = socket;
      },
    });
    const call = scene.call();
    while (waiting === undefined) await new Promise(setImmediate);
    scene.change();
    scene.pass(60_000);
    assert.equal(scene.old.open(), 1);
    waiting.write(response(200));
    assert.equal((await call).outcome, 'succeeded');
    while (scene.old.open() > 0) await new Promise(setImmediate);
    assert.equal((await scene.call()).outcome, 'succeeded');
    assert.deepEqual(requests(scene), [1, 1]);
  });

  it('closes connections that nobody uses, without a call', async (t) => {
    const scene = await setScene(t, 12);
    assert.equal((await scene.call()).outcome, 'succeeded');
    scene.pass(11_000);
    await new Promise(setImmediate);
    assert.equal(scene.old.open(), 1);
    scene.pass(1_000);
    while (scene.old.open() > 0) await new Promise(setImmediate);
  });

  it('is followed at once by a call that needs a new connection, if the TTL is 0', async (t) => {
    const scene = await setScene(t, 0, { onRequest: answering(200, '', ['connection: close']) });
    assert.equal((await scene.call()).outcome, 'succeeded');
    scene.change();
    assert.equal((await scene.call()).outcome, 'succeeded');
    assert.deepEqual(requests(scene), [1, 1]);
  });
});
