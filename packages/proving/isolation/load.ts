// The application that posts events at a rate, whether or not earlier ones were answered: a slow answer must not slow the load.
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { now } from '../../posthorn/tests/support/waiting.ts';
import { API_KEY, TENANT } from '../support/api.ts';
import { payloadAt } from './behaviours.ts';

const CONNECTIONS = 32;
const TICK_MS = 1;
const ANSWER_LIMIT_MS = 60_000;

export interface Load {
  readonly perSecond: number;
  /** Event types, in turn. */
  readonly types: readonly string[];
  readonly ms: number;
}

/**
 * Resolves when all have been answered.
 * @returns how many were posted
 * @throws when one was refused
 */
export async function post(url: string, { perSecond, types, ms }: Load): Promise<number> {
  const pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: ANSWER_LIMIT_MS });
  const events = Math.floor((perSecond * ms) / 1_000);
  const began = now();
  const posts: Promise<void>[] = [];
  const postOne = async (type: string) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: `/v1/tenants/${TENANT}/events`,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: `{"type":"${type}","payload":${payloadAt(now())}}`,
    });
    const text = await body.text();
    if (statusCode !== 202) throw new Error(`an event was answered ${statusCode}: ${text}`);
  };
  try {
    while (posts.length < events) {
      const due = Math.min(events, Math.floor(((now() - began) * perSecond) / 1_000));
      while (posts.length < due) posts.push(postOne(types[posts.length % types.length] ?? ''));
      await delay(TICK_MS);
    }
    await Promise.all(posts);
  } finally {
    await pool.close();
  }
  return events;
}
