// There is no half-alive store: when its thread ends, every call ends with it and the service is told.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { StorageThread } from '../../src/adapters/sqlite/storage-thread.ts';
import { StoreUnavailable } from '../../src/seams/store/index.ts';

/** A storage thread that opens, and ends its life in a given way at the first call. */
function dyingThread(death: string): { thread: StorageThread; died: Promise<Error>; deaths: () => number } {
  const script = `
    const { parentPort } = require('node:worker_threads');
    parentPort.once('message', () => { ${death} });
    parentPort.postMessage({ kind: 'open' });`;
  const { promise, resolve } = Promise.withResolvers<Error>();
  let deaths = 0;
  const thread = new StorageThread(new Worker(script, { eval: true, stderr: true }), (error) => {
    deaths += 1;
    resolve(error);
  });
  return { thread, died: promise, deaths: () => deaths };
}

const isGone = (error: unknown) => error instanceof StoreUnavailable && /thread has ended.*restart/.test(error.message);

describe('the death of the storage thread', () => {
  for (const [name, death, told] of [
    ['an exit', 'process.exit(3)', /code 3/],
    ['an exception', "throw new Error('out of luck')", /out of luck/],
  ] as const) {
    it(`by ${name} ends every call, and tells the service once`, async () => {
      const { thread, died, deaths } = dyingThread(death);
      await thread.opened;
      const calls = [thread.call('nextDue', []), thread.call('backlogs', [5])];
      await Promise.all(calls.map((call) => assert.rejects(call, isGone)));
      assert.match((await died).message, told);
      await assert.rejects(thread.call('nextDue', []), isGone);
      await thread.close();
      assert.equal(deaths(), 1);
    });
  }

  it('before it was open refuses the start', async () => {
    const worker = new Worker("throw new Error('no memory')", { eval: true, stderr: true });
    const thread = new StorageThread(worker, () => assert.fail('it was never alive'));
    await assert.rejects(thread.opened, /no memory/);
  });
});
