// pg-boss as somebody would use it who sends webhooks with it: a job for each delivery, fetched in batches, signed and sent
// by undici, each job's own result recorded. Tuned: full batches are followed by the next at once, and four are under way.
import { PgBoss } from 'pg-boss';
import { answer } from './answering.ts';
import { eventAt } from './payload.ts';
import { tenantOf } from './tenant.ts';
import { undiciPost } from './undici-post.ts';

export type PeerQuestion =
  | { readonly kind: 'fill'; readonly store: string; readonly url: string; readonly calls: number }
  | {
      readonly kind: 'drain';
      readonly store: string;
      readonly ca: string;
      readonly secret: string;
      readonly connections: number;
    }
  | { readonly kind: 'stop' };

interface Delivery {
  readonly url: string;
  readonly eventId: string;
  readonly body: string;
}

const QUEUE = 'deliveries';
const JOBS_PER_INSERT = 1_000;
const JOBS_PER_BATCH = 100;
const BATCHES_AT_ONCE = 4;

let boss: PgBoss | undefined;

async function open(connectionString: string): Promise<PgBoss> {
  const opened = new PgBoss({ connectionString });
  opened.on('error', (error) => {
    throw error;
  });
  boss = opened;
  return await opened.start();
}

async function fill(store: string, url: string, calls: number): Promise<void> {
  const queue = await open(store);
  await queue.createQueue(QUEUE, { retryLimit: 2, retryDelay: 10 });
  for (let from = 0; from < calls; from += JOBS_PER_INSERT) {
    const jobs = Array.from({ length: Math.min(JOBS_PER_INSERT, calls - from) }, () => {
      const { id, body } = eventAt(tenantOf('bench'));
      const data: Delivery = { url, eventId: id, body: Buffer.from(body).toString() };
      return { data };
    });
    await queue.insert(QUEUE, jobs);
  }
}

async function drain({ store, ca, secret, connections }: PeerQuestion & { kind: 'drain' }): Promise<void> {
  const queue = await open(store);
  const post = undiciPost({ ca, secret, connections });
  const options = {
    batchSize: JOBS_PER_BATCH,
    localConcurrency: BATCHES_AT_ONCE,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
    perJobResults: true,
  } as const;
  await queue.work<Delivery, unknown, typeof options>(QUEUE, options, (jobs) =>
    Promise.all(
      jobs.map(async ({ id, data }) => {
        try {
          const output = await post(data.url, data.eventId, data.body);
          return { id, status: 'completed' as const, output };
        } catch (error) {
          return { id, status: 'failed' as const, output: { error: String(error) } };
        }
      }),
    ),
  );
}

answer<PeerQuestion>(async (question) => {
  if (question.kind === 'fill') await fill(question.store, question.url, question.calls);
  else if (question.kind === 'drain') return await drain(question);
  await boss?.stop();
  return undefined;
});
