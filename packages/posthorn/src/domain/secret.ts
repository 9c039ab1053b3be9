// Endpoint secrets: what one that is given may be, and how one is made. The signing key is always the UTF-8 bytes of the
// whole text, as the contract says; nothing of it is decoded.

/** Shorter ones can be found by trying, from a single signed call. */
export const MIN_SECRET_BYTES = 16;
/** Four times the block size of SHA-256: longer keys add nothing. */
export const MAX_SECRET_BYTES = 256;
/** Random bytes that `makeSecret` takes: as many as the signature has. */
export const RANDOM_SECRET_BYTES = 32;

/**
 * Marks our secrets for readers and for scanners of leaked credentials. Not `whsec_`: that tells libraries for Standard
 * Webhooks to base64-decode the rest, and here the whole text is the key.
 */
const PREFIX = 'phsec_';

/** C0, DEL and C1: invisible, and mostly the line end of a file that was read whole. */
const CONTROL_CHARACTER = /\p{Cc}/u;

export type SecretCheck =
  | { readonly ok: true }
  /** One sentence that never repeats the secret. */
  | { readonly ok: false; readonly reason: string };

/**
 * Checks a secret that somebody chose: 16–256 bytes as UTF-8, well-formed, without control characters.
 * @param minBytes fewer, where an installation accepts short secrets that were in use elsewhere
 */
export function checkSecret(secret: string, minBytes: number = MIN_SECRET_BYTES): SecretCheck {
  if (!secret.isWellFormed())
    return { ok: false, reason: 'A secret is well-formed text; this one has a lone surrogate.' };
  if (CONTROL_CHARACTER.test(secret)) {
    return { ok: false, reason: 'A secret has no control characters; look for a line end or a tab in it.' };
  }
  const bytes = Buffer.byteLength(secret, 'utf8');
  if (bytes < minBytes) {
    return {
      ok: false,
      reason: `A secret has at least ${minBytes} ${minBytes === 1 ? 'byte' : 'bytes'}; leave it out to have a strong one made.${minBytes > 1 ? ' To bring a shorter one along, set POSTHORN_ALLOW_SHORT_SECRETS to true.' : ''}`,
    };
  }
  if (bytes > MAX_SECRET_BYTES) return { ok: false, reason: `A secret has at most ${MAX_SECRET_BYTES} bytes.` };
  return { ok: true };
}

/**
 * Makes a secret: `phsec_` and 43 characters of base64url, 256 bits of chance.
 * @param random32 32 bytes that nobody can predict
 * @throws RangeError when there are fewer or more
 */
export function makeSecret(random32: Uint8Array): string {
  if (random32.length !== RANDOM_SECRET_BYTES) {
    throw new RangeError(`A secret is made of ${RANDOM_SECRET_BYTES} random bytes, not ${random32.length}.`);
  }
  return PREFIX + Buffer.from(random32).toString('base64url');
}
