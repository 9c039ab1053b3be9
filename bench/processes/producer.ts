// The producer: an application that posts events, as fast as they are taken or at a rate.
import { Pool } from 'undici';
import { monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import { answer } from './answering.ts';
import { EVENT_TYPE, payloadAt } from './payload.ts';

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
  const pool = new Pool(url, { connections });
  const headers = ['authorization', `Bearer ${apiKey}`, 'content-type', 'application/json'];
  const began = monotonicMs();
  const postOne = () =>
    new Promise<void>((resolve, reject) => {
      let status = 0;
      const body = `{"type":"${EVENT_TYPE}","payload":${payloadAt(monotonicMs())}}`;
      pool.dispatch(
        { path, method: 'POST', headers, body },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_, code) => {
            status = code;
          },
          onResponseData: () => undefined,
          onResponseEnd: () => (status === 202 ? resolve() : reject(new Error(`an event was answered ${status}`))),
          onResponseError: (_, error) => reject(error),
        },
      );
    });
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
  await pool.close();
  return { ms, rate: (events * 1_000) / ms };
});
