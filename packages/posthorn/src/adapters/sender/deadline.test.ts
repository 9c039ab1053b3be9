import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
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

  it('fires before a plain timer of 5 ms more has, however busy the machine is', async () => {
    const order = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const ms = 1 + index * 0.37;
        let fired = false;
        new Deadline(ms, {
          expired: () => {
            fired = true;
          },
        });
        await delay(Math.ceil(ms) + 5);
        // After a pause of the process both are due in one turn, and a deadline lets that turn pass.
        for (let turns = 0; turns < 2; turns++) await new Promise(setImmediate);
        return fired;
      }),
    );
    assert.ok(order.every((fired) => fired));
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
