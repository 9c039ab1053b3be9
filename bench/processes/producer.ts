// The producer: an application that posts events, as fast as they are taken or at a rate.
import { monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import { answer } from './answering.ts';
import { EVENT_TYPE, payloadAt } from './payload.ts';
import { PlainPost } from './plain-post.ts';

export interface ProducerQuestion {
  readonly url: string;
  readonly path: string;
  readonly apiKey: string;
  readonly events: number;
  /** Requests under way at once. */
  readonly connections: number;
  /** Left out, as fast as they are taken. */
  readonly eventsPerSecond?: number;
}

export interface Produced {
  readonly ms: number;
  readonly rate: number;
}

const TICK_MS = 1;

answer<ProducerQuestion>(async (question): Promise<Produced> => {
  const { url, path, apiKey, events, connections, eventsPerSecond } = question;
  const plainPost = new PlainPost(url, path, apiKey, connections);
  const began = monotonicMs();
  const postOne = async () => {
    const status = await plainPost.post(`{"type":"${EVENT_TYPE}","payload":${payloadAt(monotonicMs())}}`);
    if (status !== 202) throw new Error(`an event was answered ${status}`);
  };
  if (eventsPerSecond === undefined) {
    let left = events;
    const runner = async () => {
      while (left > 0) {
        left -= 1;
        await postOne();
      }
    };
    await Promise.all(Array.from({ length: connections }, runner));
  } else {
    // Posted when its moment has come, whether or not earlier ones were answered: a slow answer must not slow the load.
    const posts: Promise<void>[] = [];
    while (posts.length < events) {
      const due = Math.min(events, Math.floor(((monotonicMs() - began) * eventsPerSecond) / 1_000));
      while (posts.length < due) posts.push(postOne());
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await Promise.all(posts);
  }
  const ms = monotonicMs() - began;
  plainPost.close();
  return { ms, rate: (events * 1_000) / ms };
});
