// The live stream of a running Posthorn, followed over broken connections and restarts of the server: it comes back with the
// name of the last message, so that nothing is missed that the server still has.
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import {
  type ApiAccess,
  authorization,
  keyRefused,
  problemSentence,
  reason,
  unreachable,
} from '../../command/api-client.ts';
import { CommandError } from '../../command/exit-codes.ts';
import { EventStream } from './event-stream.ts';

export type Happening =
  | { readonly kind: 'message'; readonly event: string; readonly data: string }
  /** The connection is gone; another one is tried until it comes about. */
  | { readonly kind: 'lost'; readonly why: string }
  /** There is a connection again. */
  | { readonly kind: 'back' }
  /** Messages sent without a connection are not known any more. */
  | { readonly kind: 'missed' };

/** The server says something every 15 s; after three times that it is taken for gone. */
const SILENCE_MS = 45_000;
/** For the head of the answer. */
const ANSWER_MS = 15_000;
const FIRST_WAIT_MS = 2_000;
/** Long enough not to press a server that starts, short enough for a person who waits. */
const LONGEST_WAIT_MS = 15_000;
/** Statuses of a server that is busy, stopping or starting, and of a proxy whose server is away. */
const PASSING: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

type Opened =
  | { readonly chunks: AsyncIterable<unknown> }
  /** `passing`: it may be there again later. */
  | { readonly refused: string; readonly passing: boolean };

/**
 * @param path of the stream, with its filter
 * @param stop ends it
 * @throws CommandError when the first connection does not come about, or a later one is refused for good
 */
export async function* follow(access: ApiAccess, path: string, stop: AbortSignal): AsyncGenerator<Happening> {
  const stream = new EventStream();
  let wasConnected = false;
  let waitMs: number | undefined;
  while (!stop.aborted) {
    const opened = await open(access, path, stream.lastId, stop);
    if ('chunks' in opened) {
      if (wasConnected) yield { kind: 'back' };
      wasConnected = true;
      waitMs = undefined;
      const why: string = yield* messages(opened.chunks, stream);
      if (!stop.aborted) yield { kind: 'lost', why };
    } else if (!stop.aborted && !(wasConnected && opened.passing)) {
      throw new CommandError(opened.refused);
    }
    waitMs = waitMs === undefined ? (stream.retryMs ?? FIRST_WAIT_MS) : Math.min(2 * waitMs, LONGEST_WAIT_MS);
    await wait(waitMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function open(access: ApiAccess, path: string, lastId: string | undefined, stop: AbortSignal): Promise<Opened> {
  try {
    const { statusCode, headers, body } = await request(new URL(path, access.url), {
      headers: {
        accept: 'text/event-stream',
        ...authorization(access),
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      },
      signal: stop,
      headersTimeout: ANSWER_MS,
      bodyTimeout: SILENCE_MS,
    });
    if (String(headers['content-type']).startsWith('text/event-stream')) return { chunks: body };
    const refused = await refusal(access, statusCode, await body.text());
    return { refused, passing: PASSING.has(statusCode) };
  } catch (error) {
    return { refused: unreachable(access, error), passing: true };
  }
}

function refusal(access: ApiAccess, status: number, text: string): string {
  if (status === 401) return keyRefused(access);
  try {
    return problemSentence({ status, body: JSON.parse(text) });
  } catch {
    return `The server at ${access.url} is not a Posthorn: status ${status}, and no events.`;
  }
}

/** @returns why the connection ended */
async function* messages(chunks: AsyncIterable<unknown>, stream: EventStream): AsyncGenerator<Happening, string> {
  const utf8 = new TextDecoder();
  stream.begin();
  try {
    for await (const chunk of chunks) {
      if (!(chunk instanceof Uint8Array)) continue;
      for (const { event, data } of stream.push(utf8.decode(chunk, { stream: true }))) {
        if (event === 'reset') yield { kind: 'missed' };
        else yield { kind: 'message', event, data };
      }
    }
  } catch (error) {
    return reason(error);
  }
  return 'closed by the server';
}
