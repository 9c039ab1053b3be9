// An HTTPS receiver on this machine: takes calls, checks their signatures with `@posthorn/verify`, answers as it is told.
// For `posthorn listen` and the demo.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { HeaderNames } from '../../domain/profile.ts';
import type { Behaviour } from './behaviour.ts';
import type { IssuedCertificate } from './certificates.ts';
import { checkSignature, type SignatureCheck } from './signature.ts';

/** Posthorn sends at most 256 KiB; whoever sends more than this is not Posthorn. */
const MAX_BODY_BYTES = 1_024 * 1_024;
/** Events whose calls are counted; beyond it the oldest are forgotten. */
const MAX_COUNTED = 10_000;

/** One call as it came in. */
export interface ReceivedCall {
  /** When its headers had arrived, in milliseconds on this process's monotonic clock. */
  readonly arrivedAt: number;
  readonly method: string;
  /** Path and query string as they were written. */
  readonly target: string;
  /** Names as they were written, in the order received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly check: SignatureCheck;
  /** How often a call with this correlation id came before to this path. */
  readonly seen: number;
  /** The status that it is answered with; `null` for none at all. */
  readonly status: number | null;
}

/** One path of the receiver. */
export interface Route {
  /** Secret that calls must be signed with; `undefined` when it is not known. */
  readonly secret: string | undefined;
  readonly behave: Behaviour;
}

export interface ReceiverOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly certificate: IssuedCertificate;
  readonly headerNames: HeaderNames;
  /** The behaviour behind a path (without query string); `undefined` answers 404. */
  route(path: string): Route | undefined;
  /** Told of every call when its body is whole, before it is answered. */
  onCall(call: ReceivedCall): void;
  /** Told right before an answer is written, and when a caller gives up: the moment on the same clock as `arrivedAt`. */
  onEnd?(call: ReceivedCall, at: number, answered: boolean): void;
}

export interface Receiver {
  /** `https://127.0.0.1:4500`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** @returns the body, or `undefined` when it is longer than is taken */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Buffer)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) headers.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return headers;
}

/** The value of a header, `undefined` when it is missing. */
export function headerOf(headers: ReceivedCall['headers'], name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

/** Counts calls per path and event, so that a behaviour can fail the first ones. */
class Counts {
  readonly #seen = new Map<string, number>();

  next(key: string): number {
    const seen = this.#seen.get(key) ?? 0;
    this.#seen.delete(key);
    this.#seen.set(key, seen + 1);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MAX_COUNTED) break;
      this.#seen.delete(oldest);
    }
    return seen;
  }
}

/**
 * Starts to receive.
 * @throws the listening error, e.g. `EADDRINUSE`
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const counts = new Counts();

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now();
    const target = request.url ?? '/';
    const [path = '/'] = target.split('?');
    const route = options.route(path);
    const body = await readBody(request);
    if (route === undefined || body === undefined) {
      response.writeHead(body === undefined ? 413 : 404, { connection: 'close' }).end();
      return;
    }
    const method = request.method ?? '';
    const headers = pairs(request.rawHeaders);
    const signature = headerOf(headers, options.headerNames.signature);
    const check = await checkSignature({ method, target, signature, body }, route.secret);
    const event = headerOf(headers, options.headerNames.correlationId) ?? '';
    const seen = counts.next(`${path} ${event}`);
    const answer = route.behave(seen);
    const status = answer.kind === 'silence' ? null : answer.status;
    const call: ReceivedCall = { arrivedAt, method, target, headers, body, check, seen, status };
    options.onCall(call);
    response.on('close', () => {
      if (!response.writableEnded) options.onEnd?.(call, performance.now(), false);
    });
    if (answer.kind === 'silence') return;
    const finish = () => {
      if (response.destroyed) return;
      options.onEnd?.(call, performance.now(), true);
      response.writeHead(answer.status).end();
    };
    if (answer.delayMs === 0) finish();
    else setTimeout(finish, answer.delayMs).unref();
  }

  const server = createServer(
    { cert: options.certificate.certPem, key: options.certificate.keyPem },
    (request, response) => {
      // A caller that goes away mid-call is none of our business.
      take(request, response).catch(() => response.destroy());
    },
  );
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(options.port, options.host, resolve);
  await promise;
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const name = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `https://${name}:${port}`,
    async close() {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      server.closeAllConnections();
      await closed;
    },
  };
}
