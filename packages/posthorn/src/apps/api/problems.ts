// Everything that the API refuses, as RFC 9457 problem documents: which kinds there are, and how one is thrown and sent.
import type { FastifyReply } from 'fastify';

/** One entry for each thing that is wrong with a request. */
export interface FieldError {
  /** Where: `url`, `events[3].payload.eventId`, `query.limit`, `path.tenant`. Empty when it is the request as a whole. */
  readonly field: string;
  /** The values that are allowed there. */
  readonly message: string;
}

interface Kind {
  readonly status: number;
  readonly title: string;
  /** When this is answered, for the reference. */
  readonly when: string;
}

/** The kinds of problems; the name is the end of the document's `type`. */
export const PROBLEM_KINDS = {
  'malformed-request': {
    status: 400,
    title: 'The request cannot be read',
    when: 'The request is not HTTP, or its body is not JSON.',
  },
  unauthorized: { status: 401, title: 'A valid API key is required', when: 'The API key is missing or wrong.' },
  forbidden: {
    status: 403,
    title: 'Not allowed from this page',
    when: 'A session of the dashboard is used from a page of another origin, or without TLS.',
  },
  'not-found': { status: 404, title: 'Not found', when: 'Nothing has this path or this id.' },
  'method-not-allowed': {
    status: 405,
    title: 'Not a method of this path',
    when: 'The path exists, the method does not.',
  },
  'request-timeout': { status: 408, title: 'The request took too long to arrive', when: 'The client was too slow.' },
  conflict: {
    status: 409,
    title: 'In conflict with the present state',
    when: 'The present state does not allow the request.',
  },
  'too-large': { status: 413, title: 'The request is too large', when: 'The body or a payload is over its limit.' },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be plain JSON',
    when: 'The body is not JSON in UTF-8, or is compressed.',
  },
  'wrong-host': {
    status: 421,
    title: 'This server does not answer for that host',
    when: 'The host name is not one of this server.',
  },
  invalid: { status: 422, title: 'The request is not valid', when: 'A field is missing, unknown or not as allowed.' },
  'too-many-requests': { status: 429, title: 'Too many requests', when: 'Too many requests with wrong API keys.' },
  'headers-too-large': { status: 431, title: 'The headers are too large', when: 'The headers are over 16 KiB.' },
  unexpected: {
    status: 500,
    title: 'Something went wrong in Posthorn',
    when: 'Posthorn has a defect. The reference finds the cause in its log.',
  },
  unavailable: {
    status: 503,
    title: 'Not available right now',
    when: 'Posthorn is overloaded, or its database is away. Try again.',
  },
} as const satisfies Record<string, Kind>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
const TYPE_PREFIX = 'urn:posthorn:problem:';

export interface ProblemParts {
  /** One sentence: what is wrong and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldError[] | undefined;
  /** Headers that belong to the answer, e.g. `retry-after`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Finds the cause in the log. */
  readonly reference?: string | undefined;
}

/** Thrown anywhere while a request is handled; becomes the answer. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly parts: ProblemParts;

  constructor(kind: ProblemKind, parts: ProblemParts) {
    super(parts.detail);
    this.kind = kind;
    this.parts = parts;
  }
}

/** A request whose form is wrong: names each field and what is allowed there. */
export function invalid(...errors: readonly [FieldError, ...FieldError[]]): Problem {
  const [first] = errors;
  const where = first.field === '' ? '' : `${first.field}: `;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more, see errors)`;
  return new Problem('invalid', { detail: `${where}${first.message}${more}`, errors });
}

/** @param what in words, e.g. `endpoint` */
export function notFound(what: string): Problem {
  return new Problem('not-found', { detail: `There is no such ${what}.` });
}

/** The document itself, as text. */
export function problemText(kind: ProblemKind, parts: ProblemParts): string {
  const { status, title } = PROBLEM_KINDS[kind];
  const { detail, errors, reference } = parts;
  return JSON.stringify({ type: TYPE_PREFIX + kind, title, status, detail, errors, reference });
}

/** Answers with a problem document. */
export function sendProblem(reply: FastifyReply, kind: ProblemKind, parts: ProblemParts): FastifyReply {
  if (parts.headers !== undefined) reply.headers(parts.headers);
  return reply.code(PROBLEM_KINDS[kind].status).type(PROBLEM_MEDIA_TYPE).send(problemText(kind, parts));
}
