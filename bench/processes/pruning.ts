// Posthorn with pruning that can be switched on and off, so that both are measured in turns on one service: the engine's own
// retention, in its own steps and pauses, except that a round begins at once instead of a minute after the start.
import { bootId, monotonicMs, systemClock } from '../../packages/posthorn/src/adapters/clock.ts';
import type { Log } from '../../packages/posthorn/src/apps/logging/log.ts';
import { readExtraCa } from '../../packages/posthorn/src/apps/service/extra-ca.ts';
import { openStore } from '../../packages/posthorn/src/apps/service/open-store.ts';
import { startServiceOn } from '../../packages/posthorn/src/apps/service/start.ts';
import { readSettings } from '../../packages/posthorn/src/apps/settings/read.ts';
import { Retention } from '../../packages/posthorn/src/engine/keeping/retention.ts';
import type { Clock } from '../../packages/posthorn/src/seams/clock.ts';
import type { Store } from '../../packages/posthorn/src/seams/store/index.ts';
import { answer } from './answering.ts';

export type PruningQuestion =
  /** Answers with the service's URL. It keeps everything by itself. */
  | { readonly kind: 'start'; readonly environment: Readonly<Record<string, string>> }
  | { readonly kind: 'prune'; readonly days: number }
  /** Ends pruning. Answers with the number of rows that were removed. */
  | { readonly kind: 'keep' }
  | { readonly kind: 'stop' };

const KEEPS_ALL = { POSTHORN_RETENTION_DAYS: '3650' };
/** Pauses between steps are shorter, waits between rounds are longer. */
const LONGEST_PAUSE_MS = 1_000;

const log: Log = { writes: () => false, write: () => undefined, flush: async () => undefined };

let store: Store | undefined;
let clock: Clock | undefined;
let retention: Retention | undefined;
let removed = 0;
/** Deliveries that the service holds: every one is delivered at its first attempt here. */
let leased = 0;
let stop: () => Promise<void> = async () => undefined;

async function start(environment: Readonly<Record<string, string>>): Promise<string> {
  const settings = readSettings({ flags: {}, environment: { ...environment, ...KEEPS_ALL }, file: undefined }).values;
  const opened = watching(
    await openStore(settings, [], (error) => {
      throw error;
    }),
  );
  store = opened;
  clock = systemClock(await opened.clockOffset({ id: bootId(), monotonicMs: monotonicMs(), wallMs: Date.now() }));
  const extraCa = settings.extraCa === undefined ? [] : readExtraCa(settings.extraCa);
  const service = await startServiceOn(opened, settings, extraCa, log);
  stop = () => service.stop(settings.graceMs);
  return service.url;
}

function startPruning(days: number): void {
  if (store === undefined || clock === undefined) throw new Error('the service has not been started');
  removed = 0;
  retention = new Retention(
    counting(store),
    impatient(clock),
    days,
    () => leased > 0,
    (news) => process.stderr.write(`${JSON.stringify(news)}\n`),
  );
  retention.start();
}

function watching(opened: Store): Store {
  return {
    ...opened,
    async accept(owner, groups) {
      const results = await opened.accept(owner, groups);
      leased += groups.flatMap(({ events }) => events.flatMap(({ deliveries }) => deliveries)).length;
      return results;
    },
    async record(owner, records) {
      const results = await opened.record(owner, records);
      leased -= records.length;
      return results;
    },
  };
}

function counting(opened: Store): Store {
  return {
    ...opened,
    async prune(before, limit) {
      const rows = await opened.prune(before, limit);
      removed += rows;
      return rows;
    },
  };
}

function impatient(steady: Clock): Clock {
  return {
    ...steady,
    timer: (at, fire) => steady.timer(at - steady.now() > LONGEST_PAUSE_MS ? steady.now() : at, fire),
  };
}

answer<PruningQuestion>(async (question) => {
  switch (question.kind) {
    case 'start':
      return await start(question.environment);
    case 'prune':
      return startPruning(question.days);
    case 'keep':
      await retention?.stop();
      return removed;
    case 'stop':
      return await stop();
  }
});
