// The header idempotency-key: a request that is sent again under it gets the first answer, and does nothing.
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  claimHash,
  MAX_IDEMPOTENCY_KEY_CHARACTERS,
  readIdempotencyKey,
  requestHash,
} from '../../domain/idempotency.ts';
import type { ClaimId } from '../../domain/ids.ts';
import type { ClaimResult } from '../../engine/engine.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import { RETRY_AFTER_S } from './limits.ts';
import { invalid, PROBLEM_KINDS, Problem, type ProblemKind, type ProblemParts, sendProblem } from './problems.ts';
import type { ApiEngine } from './route.ts';

export const IDEMPOTENCY_KEY = 'idempotency-key';
/** For the reference: the header is read by itself. */
export const KeyHeader = Type.Object({
  [IDEMPOTENCY_KEY]: Type.Optional(
    Type.String({
      description: `Sent again with the same key, the same request gets its first answer and does nothing. 1 to ${MAX_IDEMPOTENCY_KEY_CHARACTERS} printable ASCII characters, in quotes or not; kept for 24 hours; counts for your API key, this method and this path.`,
    }),
  ),
});
/** Tells the first answer that is given again from one that was worked for. */
const REPLAYED = { 'idempotency-replayed': 'true' };

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** An answer as it is kept. */
type Kept =
  | ({ readonly kind: 'body' } & Answered)
  /** Its body is made again by the same work with the same id, which finds all that it has made. */
  | { readonly kind: 'made'; readonly status: number; readonly id: ClaimId }
  | { readonly kind: 'problem'; readonly problem: ProblemKind; readonly parts: ProblemParts };

/**
 * Answers a request once for each key.
 * @param work does what is asked, and once however often it is called with this claim
 * @param rebuilds called again with the same claim, the work answers the same: then only the claim's id is kept
 */
export async function answerOnce(
  { claims }: Pick<ApiEngine, 'claims'>,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (claim: ClaimedKey) => Promise<Answered>,
  rebuilds: boolean,
): Promise<FastifyReply> {
  const hash = hashOf(request);
  const result = await claims.claim(hash, requestHash(bodyText(request.body)));
  if (result.kind !== 'claimed') return await answerAgain(result, reply, (id) => work({ hash, id }));
  const { claim } = result;
  try {
    const { status, body } = await work(claim);
    const kept: Kept = rebuilds ? { kind: 'made', status, id: claim.id } : { kind: 'body', status, body };
    await claims.answer(claim, JSON.stringify(kept));
    return reply.code(status).send(body);
  } catch (error) {
    if (error instanceof Problem && isFinal(error.kind)) {
      const kept: Kept = { kind: 'problem', problem: error.kind, parts: error.parts };
      await claims.answer(claim, JSON.stringify(kept));
    } else await claims.giveUp(claim);
    throw error;
  }
}

async function answerAgain(
  result: Exclude<ClaimResult, { readonly kind: 'claimed' }>,
  reply: FastifyReply,
  work: (id: ClaimId) => Promise<Answered>,
): Promise<FastifyReply> {
  switch (result.kind) {
    case 'under_way':
      throw new Problem('conflict', {
        detail: 'A request with this idempotency key is under way. Its answer will be here in a moment: send it again.',
        headers: { 'retry-after': String(RETRY_AFTER_S) },
      });
    case 'other_request':
      throw unfit('was used for another request; use a new key for a new request');
    case 'answered': {
      const kept: Kept = JSON.parse(result.answer);
      reply.headers(REPLAYED);
      if (kept.kind === 'problem') return sendProblem(reply, kept.problem, kept.parts);
      return reply.code(kept.status).send(kept.kind === 'body' ? kept.body : (await work(kept.id)).body);
    }
  }
}

function isFinal(kind: ProblemKind): boolean {
  const { status } = PROBLEM_KINDS[kind];
  return status < 500 && status !== 429;
}

/** A key counts for whoever shows the same API key, or is signed in with the same session, and for the method and path. */
function hashOf({ headers, method, raw }: FastifyRequest): Uint8Array {
  const key = readIdempotencyKey(String(headers[IDEMPOTENCY_KEY]));
  if (key === undefined) {
    throw unfit(
      `must be one text of 1 to ${MAX_IDEMPOTENCY_KEY_CHARACTERS} printable ASCII characters, in quotes if it has spaces, commas or semicolons`,
    );
  }
  const caller = headers.authorization?.split(' ').at(-1) ?? headers.cookie ?? '';
  return claimHash(hash('sha256', caller, 'buffer'), method, raw.url?.split('?', 1)[0] ?? '', key);
}

/** Bodies have been made compact, so white space makes no other request. */
function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body ?? {});
}

function unfit(message: string): Problem {
  return invalid({ field: `header.${IDEMPOTENCY_KEY}`, message });
}
