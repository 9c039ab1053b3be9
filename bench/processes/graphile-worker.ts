// graphile-worker as somebody would use it who sends webhooks with it: a job for each delivery, signed and sent by undici.
// Tuned: jobs are fetched by the hundred, and completed together. It keeps nothing of a job that succeeded.
import { Logger, makeWorkerUtils, type Runner, run } from 'graphile-worker';
import { answer } from './answering.ts';
import { eventAt } from './payload.ts';
import type { PeerQuestion } from './pg-boss.ts';
import { tenantOf } from './tenant.ts';
import { undiciPost } from './undici-post.ts';

declare global {
  // The library's own way to be told what a task is given: a global interface, which only a namespace can extend.
  namespace GraphileWorker {
    interface Tasks {
      delivery: { readonly url: string; readonly eventId: string; readonly body: string };
    }
  }
}

const JOBS_PER_INSERT = 1_000;
const JOBS_PER_FETCH = 500;
const JOBS_AT_ONCE = 64;
/** How long a finished job waits for others to be completed with. */
const COMPLETE_DELAY_MS = 10;

const logger = new Logger(() => () => undefined);
let runner: Runner | undefined;

async function fill(connectionString: string, url: string, calls: number): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  for (let from = 0; from < calls; from += JOBS_PER_INSERT) {
    await utils.addJobs(
      Array.from({ length: Math.min(JOBS_PER_INSERT, calls - from) }, () => {
        const { id, body } = eventAt(tenantOf('bench'));
        const payload = { url, eventId: id, body: Buffer.from(body).toString() };
        return { identifier: 'delivery' as const, payload, maxAttempts: 3 };
      }),
    );
  }
  await utils.release();
}

async function drain({ store, ca, secret, connections }: PeerQuestion & { kind: 'drain' }): Promise<void> {
  const post = undiciPost({ ca, secret, connections });
  runner = await run({
    logger,
    noHandleSignals: true,
    preset: {
      worker: {
        connectionString: store,
        concurrentJobs: JOBS_AT_ONCE,
        localQueue: { size: JOBS_PER_FETCH },
        completeJobBatchDelay: COMPLETE_DELAY_MS,
        failJobBatchDelay: COMPLETE_DELAY_MS,
      },
    },
    taskList: {
      async delivery({ url, eventId, body }) {
        await post(url, eventId, body);
      },
    },
  });
}

answer<PeerQuestion>(async (question) => {
  if (question.kind === 'fill') return await fill(question.store, question.url, question.calls);
  if (question.kind === 'drain') return await drain(question);
  return await runner?.stop();
});
