// The cost of a delivery without any of the rest: the same body, the same signature and the same POST, from memory, and
// nothing is stored. Two senders: Posthorn's own, and undici's bare Agent, which guards nothing and keeps no exact time.
import { monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import { systemRandom } from '../../packages/posthorn/src/adapters/random.ts';
import { createSender } from '../../packages/posthorn/src/adapters/sender/index.ts';
import { callOf } from '../../packages/posthorn/src/domain/call.ts';
import type { EventContent } from '../../packages/posthorn/src/domain/delivery.ts';
import { DEFAULT_SETTINGS } from '../../packages/posthorn/src/domain/endpoint/settings.ts';
import { type AttemptId, type EndpointId, makeId } from '../../packages/posthorn/src/domain/ids.ts';
import { parseNetworks } from '../../packages/posthorn/src/domain/networks.ts';
import { headerNamesOf, signingKeyOf } from '../../packages/posthorn/src/domain/profile.ts';
import { answer } from './answering.ts';
import { eventAt } from './payload.ts';
import { tenantOf } from './tenant.ts';
import { undiciPost } from './undici-post.ts';

export interface LoopQuestion {
  readonly sender: 'posthorn' | 'undici';
  readonly urls: readonly string[];
  readonly ca: string;
  readonly secret: string;
  readonly calls: number;
  /** Calls under way at once to one URL, and to all together. */
  readonly concurrency: number;
  readonly concurrencyOverAll: number;
  /** When the first and the last call are due, on the monotonic clock; left out, as fast as it goes. */
  readonly due?: { readonly from: number; readonly to: number };
}

/** Makes one call; resolves when it was answered. */
type Post = (url: string, event: EventContent) => Promise<void>;

const random = systemRandom();
let post: Post | undefined;

function posthornPost({ ca, secret }: LoopQuestion): Post {
  const networks = parseNetworks(['127.0.0.0/8']);
  if (!networks.ok) throw new Error(networks.reason);
  const sender = createSender({ allowed: networks.networks, denied: [], allowHttp: false, extraCa: [ca] });
  const profile = { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/bare-loop' };
  const id = makeId<EndpointId>(Date.now(), random.bytes(10));
  const callee = { ...DEFAULT_SETTINGS, id, signingKey: signingKeyOf(secret) };
  const { signal } = new AbortController();
  return async (url, event) => {
    const ids = { attemptId: makeId<AttemptId>(Date.now(), random.bytes(10)), deliveryId: null };
    const { outcome, error } = await sender.send(callOf({ ...callee, url }, event, ids, profile), signal);
    if (outcome !== 'succeeded') throw new Error(error ?? outcome);
  };
}

function barePost({ ca, secret, concurrency }: LoopQuestion): Post {
  const post = undiciPost({ ca, secret, connections: concurrency });
  return async (url, event) => {
    await post(url, event.id, event.body);
  };
}

async function loop(question: LoopQuestion): Promise<void> {
  const { urls, calls, concurrency, concurrencyOverAll, due, sender } = question;
  const spacingMs = due === undefined ? 0 : (due.to - due.from) / calls;
  const dueOf = (index: number) => (due === undefined ? undefined : due.from + index * spacingMs);
  const remaining = (index: number) => (dueOf(index) ?? 0) - monotonicMs();
  const events = Array.from({ length: calls }, (_, index) => eventAt(tenantOf('bench'), dueOf(index)));
  // Connections of an earlier question are used again.
  post ??= sender === 'posthorn' ? posthornPost(question) : barePost(question);
  const send = post;
  let next = 0;
  const runner = async () => {
    for (let index = next++; index < calls; index = next++) {
      // Timers fire up to a millisecond early.
      for (let waitMs = remaining(index); waitMs > 0; waitMs = remaining(index)) {
        await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)));
      }
      const event = events[index];
      if (event !== undefined) await send(urls[index % urls.length] ?? '', event);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency * urls.length, concurrencyOverAll) }, runner));
}

answer<LoopQuestion>(loop);
