// BullMQ as somebody would use it who sends webhooks with it: a job for each delivery, signed and sent by undici. Tuned: more
// jobs are under way than calls, so that connections do not wait for Redis.
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { answer } from './answering.ts';
import { eventAt } from './payload.ts';
import type { PeerQuestion } from './pg-boss.ts';
import { tenantOf } from './tenant.ts';
import { undiciPost } from './undici-post.ts';

const QUEUE = 'deliveries';
const JOBS_PER_INSERT = 1_000;
const JOBS_AT_ONCE = 64;
const RETRIES = { attempts: 3, backoff: { type: 'fixed', delay: 10_000 } };

let close: () => Promise<void> = async () => undefined;

const connect = (url: string) => new Redis(url, { maxRetriesPerRequest: null });

async function fill(store: string, url: string, calls: number): Promise<void> {
  const connection = connect(store);
  const queue = new Queue(QUEUE, { connection });
  for (let from = 0; from < calls; from += JOBS_PER_INSERT) {
    await queue.addBulk(
      Array.from({ length: Math.min(JOBS_PER_INSERT, calls - from) }, () => {
        const { id, body } = eventAt(tenantOf('bench'));
        return { name: 'delivery', data: { url, eventId: id, body: Buffer.from(body).toString() }, opts: RETRIES };
      }),
    );
  }
  await queue.close();
  connection.disconnect();
}

async function drain({ store, ca, secret, connections }: PeerQuestion & { kind: 'drain' }): Promise<void> {
  const post = undiciPost({ ca, secret, connections });
  const connection = connect(store);
  const worker = new Worker(QUEUE, ({ data }) => post(data.url, data.eventId, data.body), {
    connection,
    concurrency: JOBS_AT_ONCE,
  });
  close = async () => {
    await worker.close();
    connection.disconnect();
  };
}

answer<PeerQuestion>(async (question) => {
  if (question.kind === 'fill') return await fill(question.store, question.url, question.calls);
  if (question.kind === 'drain') return await drain(question);
  return await close();
});
