// Who may call: whoever shows an API key whose SHA-256 is known. Keys are compared by digest and in constant time, and a
// wrong key is answered like a missing one.
import { hash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import type { Clock } from '../../seams/clock.ts';
import { Problem } from './problems.ts';
import { WrongKeys } from './wrong-keys.ts';

const DIGEST_BYTES = 32;
const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** @param known SHA-256 digests of the valid keys, 32 bytes each */
function isKnown(key: string, known: readonly Uint8Array[]): boolean {
  const digest = hash('sha256', key, 'buffer');
  let found = false;
  for (const one of known) found = timingSafeEqual(digest, one) || found;
  return found;
}

/**
 * Lets a request pass that carries a valid key.
 * @param known SHA-256 digests of the valid keys
 * @throws RangeError when one is no such digest
 */
export function requireKey(known: readonly Uint8Array[], clock: Clock): onRequestHookHandler {
  if (known.some(({ length }) => length !== DIGEST_BYTES)) {
    throw new RangeError(`API keys are known by their SHA-256 digests, ${DIGEST_BYTES} bytes each.`);
  }
  const wrongKeys = new WrongKeys();
  return (request, _reply, done) => {
    const [, key] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    if (key !== undefined && isKnown(key, known)) return done();
    const waitMs = key === undefined ? undefined : wrongKeys.note(request.ip, clock.now());
    return done(waitMs === undefined ? unauthorized() : slowDown(waitMs));
  };
}

function unauthorized(): Problem {
  return new Problem('unauthorized', {
    detail: 'Send a valid API key in the header: Authorization: Bearer <key>.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

function slowDown(waitMs: number): Problem {
  const seconds = Math.ceil(waitMs / 1_000);
  return new Problem('too-many-requests', {
    detail: `Too many wrong API keys came from this address. Try again in ${seconds} s, with a valid key at any time.`,
    headers: { 'retry-after': String(seconds) },
  });
}
