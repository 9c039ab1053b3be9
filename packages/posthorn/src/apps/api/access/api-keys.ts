// The API keys that are valid, known by their SHA-256. Keys are compared by digest and in constant time, and a wrong key is
// answered like a missing one.
import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../seams/clock.ts';
import { Problem } from '../problems.ts';
import { WrongKeys } from './wrong-keys.ts';

const DIGEST_BYTES = 32;

/** @param known SHA-256 digests of the valid keys, 32 bytes each */
function isKnown(digest: Uint8Array, known: readonly Uint8Array[]): boolean {
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

  /** Whether a digest is of a valid key. */
  isValid(digest: Uint8Array): boolean {
    return isKnown(digest, this.#known);
  }

  /** @returns why a key does not let its bearer in; `undefined` when it does */
  refusal(key: string, address: string): Problem | undefined {
    if (this.isValid(hash('sha256', key, 'buffer'))) return undefined;
    const waitMs = this.#wrongKeys.note(address, this.#clock.now());
    return waitMs === undefined ? unauthorized() : slowDown(waitMs);
  }
}

/** The answer to who shows no key, or none that is valid. */
export function unauthorized(): Problem {
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
