// The service as a process in which requests halt at a moment that is known beforehand, so that it can be killed at that
// very moment. The file `halt-at` in its working directory says which: `before answerKey`, `after claimKey`, or any other
// call of the store. Each request that has halted adds a line to the file `halted`. Started and told by tests.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { openLog } from '../../src/apps/logging/log.ts';
import { openStore } from '../../src/apps/service/open-store.ts';
import { startServiceOn } from '../../src/apps/service/start.ts';
import { readSettings } from '../../src/apps/settings/read.ts';
import type { Store } from '../../src/seams/store/index.ts';

/** Never resolves, if this is the moment. */
async function haltAt(moment: string): Promise<void> {
  if (!existsSync('halt-at') || readFileSync('halt-at', 'utf8') !== moment) return;
  appendFileSync('halted', `${moment}\n`);
  await new Promise(() => {});
}

function halting(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        await haltAt(`before ${String(name)}`);
        const answer: unknown = await Reflect.apply(value, target, args);
        await haltAt(`after ${String(name)}`);
        return answer;
      };
    },
  });
}

const { values } = readSettings({ flags: {}, environment: process.env, file: undefined });
const log = openLog({ level: values.logLevel, paint: undefined, output: process.stdout });
const store = await openStore(values, [], (error) => {
  throw error;
});
const { url } = await startServiceOn(halting(store), values, [], log);
log.write('info', 'listening', { url });
