// Who may call: whoever shows an API key whose SHA-256 is known, or is signed in to the dashboard with one. Keys are compared
// by digest and in constant time, and a wrong key is answered like a missing one.
import { hash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import type { Clock } from '../../../seams/clock.ts';
import { Problem } from '../problems.ts';
import { sessionToken } from './cookie.ts';
import { refuseForeign } from './same-origin.ts';
import type { Sessions } from './sessions.ts';
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

/** The valid keys, and what those who try others are told. */
export class ApiKeys {
  readonly #known: readonly Uint8Array[];
  readonly #clock: Clock;
  readonly #wrongKeys = new WrongKeys();

  /**
   * @param known SHA-256 digests of the valid keys
   * @throws RangeError when one is no such digest
   */
  constructor(known: readonly Uint8Array[], clock: Clock) {
    if (known.some(({ length }) => length !== DIGEST_BYTES)) {
      throw new RangeError(`API keys are known by their SHA-256 digests, ${DIGEST_BYTES} bytes each.`);
    }
    this.#known = known;
    this.#clock = clock;
  }

  /** @returns why a key does not let its bearer in; `undefined` when it does */
  refusal(key: string, address: string): Problem | undefined {
    if (isKnown(key, this.#known)) return undefined;
    const waitMs = this.#wrongKeys.note(address, this.#clock.now());
    return waitMs === undefined ? unauthorized() : slowDown(waitMs);
  }
}

/**
 * Lets a request pass that carries a valid key, or that a page of the dashboard sent for somebody who signed in. When both
 * are there, the key decides.
 */
export function requireKey(keys: ApiKeys, sessions: Sessions, clock: Clock): onRequestHookHandler {
  return (request, _reply, done) => {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      const token = sessionToken(request);
      if (token !== undefined && sessions.use(token, clock.now())) return done(refuseForeign(request));
    }
    const [, key] = BEARER.exec(authorization ?? '') ?? [];
    return done(key === undefined ? unauthorized() : keys.refusal(key, request.ip));
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
