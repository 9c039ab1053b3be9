// Turns whatever went wrong into a problem document: ours as they are, the framework's and the parser's in our words, the
// store's absence as "try again", and everything else as a defect that is logged once under a reference.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Random } from '../../seams/random.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Log } from '../logging/log.ts';
import { MAX_HEADER_BYTES, REQUEST_TIMEOUT_MS, RETRY_AFTER_S } from './limits.ts';
import {
  notFound,
  PROBLEM_KINDS,
  PROBLEM_MEDIA_TYPE,
  Problem,
  type ProblemKind,
  problemText,
  sendProblem,
} from './problems.ts';

const REFERENCE_BYTES = 8;

/** Fastify's errors about a request, by their codes. */
const OF_FASTIFY: ReadonlyMap<string, (request: FastifyRequest) => Problem> = new Map([
  [
    'FST_ERR_CTP_BODY_TOO_LARGE',
    (request: FastifyRequest) =>
      new Problem('too-large', {
        detail: `The body is larger than the ${request.routeOptions.bodyLimit} bytes allowed here.`,
      }),
  ],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', () => notJson()],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    () => new Problem('malformed-request', { detail: 'The body is not as long as the header content-length says.' }),
  ],
  [
    'FST_ERR_BAD_URL',
    () =>
      new Problem('malformed-request', { detail: 'The path has a % that is not followed by two hexadecimal digits.' }),
  ],
  // A path of the reference that climbs out of its folder.
  ['FST_STATIC_FORBIDDEN_PATH', () => notFound('path')],
]);

/** The body is in some other format than the one that is read. */
export function notJson(): Problem {
  return new Problem('unsupported-media-type', {
    detail: 'Send the body as JSON with the header content-type: application/json.',
    headers: { accept: 'application/json' },
  });
}

/** Everything is in order but there is too much of it right now. */
export function overloaded(detail: string): Problem {
  return new Problem('unavailable', { detail, headers: { 'retry-after': String(RETRY_AFTER_S) } });
}

const STORE_TROUBLE: Readonly<Record<StoreUnavailable['code'], string>> = {
  unreachable: 'The database cannot be reached.',
  refused: 'The database refuses what it was asked; the log has its words.',
  disk_full: 'The disk of the database is full.',
  read_only: 'The database cannot be written to.',
  busy: 'The database is busy.',
  unregistered: 'The database took this process for dead, and it is registering again.',
};

function storeAway(error: StoreUnavailable): Problem {
  return overloaded(
    `${STORE_TROUBLE[error.code]} Whether this request did anything is not known; send it again in a moment, events with the same ids.`,
  );
}

/** Fastify's error handler: the last stop of every request that did not go well. */
export function answerFailures(
  random: Random,
  log: Pick<Log, 'write'>,
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    const problem = known(error, request);
    if (problem !== undefined) return sendProblem(reply, problem.kind, problem.parts);
    const reference = Buffer.from(random.bytes(REFERENCE_BYTES)).toString('hex');
    log.write('error', 'A request failed in a way that nobody foresaw.', {
      reference,
      method: request.method,
      route: request.routeOptions.url,
      stack: error instanceof Error ? error.stack : String(error),
    });
    const detail = `This is a defect of Posthorn. Its log has the cause under ${reference}.`;
    return sendProblem(reply, 'unexpected', { detail, reference });
  };
}

function known(error: unknown, request: FastifyRequest): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) return storeAway(error);
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const words = OF_FASTIFY.get(code);
  if (words !== undefined) return words(request);
  // The client went away in the middle of its body: nobody will read this.
  if (request.raw.destroyed && 'statusCode' in error && error.statusCode === 400) {
    return new Problem('malformed-request', { detail: 'The body ended early.' });
  }
  return undefined;
}

const UNREADABLE: ReadonlyMap<string, readonly [kind: ProblemKind, detail: string]> = new Map([
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    ['request-timeout', `A whole request must arrive within ${REQUEST_TIMEOUT_MS / 1_000} s.`],
  ],
  ['HPE_HEADER_OVERFLOW', ['headers-too-large', `All headers together may have ${MAX_HEADER_BYTES / 1_024} KiB.`]],
]);

/** Answers what Node could not read as HTTP, on the bare socket. */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [kind, detail] = UNREADABLE.get(error.code ?? '') ?? ['malformed-request', 'This is not a valid HTTP request.'];
  const { status } = PROBLEM_KINDS[kind];
  const body = problemText(kind, { detail });
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: ${PROBLEM_MEDIA_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}

/** Answers a request that expects something else than `100-continue`; Node would answer with nothing but a status. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const kind = 'malformed-request';
  const body = problemText(kind, { detail: 'The header expect may only be 100-continue; leave it out.' });
  // The body that may follow is not wanted, and is not to be taken for the next request.
  response.writeHead(PROBLEM_KINDS[kind].status, { 'content-type': PROBLEM_MEDIA_TYPE, connection: 'close' }).end(body);
}
