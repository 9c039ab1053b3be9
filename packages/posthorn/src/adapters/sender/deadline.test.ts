import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Deadline } from './deadline.ts';

/** Keeps this thread from doing anything at all, as a stopped process. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a deadline', () => {
  it('never fires early', async () => {
    const early = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const ms = 1 + index * 0.37;
        const at = performance.now() + ms;
        return new Promise<number>((resolve) => new Deadline(ms, { expired: () => resolve(at - performance.now()) }));
      }),
    );
    for (const ms of early) assert.ok(ms <= 0, `fired ${ms} ms early`);
  });

  it('does not fire once cancelled, not even in the turn in which it was due', async () => {
    const deadline = new Deadline(1, { expired: () => assert.fail('fired') });
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        deadline.cancel();
        resolve();
      }, 1);
      standStill(5);
    });
    new Deadline(1, { expired: () => assert.fail('fired') }).cancel();
    await new Promise<void>((resolve) => new Deadline(5, { expired: resolve }));
  });

  it('lets what lay ready before a pause of the process come first', async () => {
    const { port1, port2 } = new MessageChannel();
    const order: string[] = [];
    const message = new Promise<void>((resolve) => {
      port1.once('message', () => {
        order.push('message');
        resolve();
      });
    });
    const expired = new Promise<void>((resolve) => {
      new Deadline(5, {
        expired: () => {
          order.push('deadline');
          resolve();
        },
      });
    });
    port2.postMessage('ready');
    standStill(20);
    await Promise.all([message, expired]);
    port1.close();
    assert.deepEqual(order, ['message', 'deadline']);
  });
});
