// A signed POST by undici's bare Agent: what somebody would write who needs a sender beside a queue. It guards nothing and
// keeps no exact time.
import { createHmac, createSecretKey, randomUUID } from 'node:crypto';
import { Agent, type Dispatcher } from 'undici';

export interface UndiciPost {
  readonly ca: string;
  readonly secret: string;
  /** Connections to one origin. */
  readonly connections: number;
}

/** The parts of a call to keep. */
export interface Posted {
  readonly status: number;
  readonly durationMs: number;
}

/** Makes one call; resolves when it was answered with 200, rejects when it failed. */
export type PostBody = (url: string, eventId: string, body: Uint8Array | string) => Promise<Posted>;

export function undiciPost({ ca, secret, connections }: UndiciPost): PostBody {
  const agent = new Agent({ connect: { ca }, connections });
  const key = createSecretKey(secret, 'utf8');
  const origins = new Map<string, { origin: string; path: string }>();
  return (url, eventId, body) =>
    new Promise((resolve, reject) => {
      let target = origins.get(url);
      if (target === undefined) {
        const { origin, pathname } = new URL(url);
        target = { origin, path: pathname };
        origins.set(url, target);
      }
      const headers = [
        ...['content-type', 'application/json', 'user-agent', 'bench', 'x-iadvize-delivery', randomUUID()],
        ...['x-iadvize-correlationid', eventId, 'x-iadvize-signature', sign(key, body)],
      ];
      let status = 0;
      const began = performance.now();
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => {
          status = code;
        },
        onResponseData: () => undefined,
        onResponseEnd() {
          if (status === 200) resolve({ status, durationMs: performance.now() - began });
          else reject(new Error(`status ${status}`));
        },
        onResponseError: (_, error) => reject(error),
      };
      agent.dispatch({ ...target, method: 'POST', headers, body }, handler);
    });
}

function sign(key: ReturnType<typeof createSecretKey>, body: Uint8Array | string): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}
