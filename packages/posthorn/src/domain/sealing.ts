// Secrets at rest: AES-256-GCM under a key that is derived from the operator's one encryption key. A text that is sealed for one
// place (its context: which tenant, which endpoint) does not open in another, so rows cannot be swapped.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

// The sealed form: format (1 byte) | key id (8) | nonce (12) | ciphertext | tag (16).
// The format and the key id are authenticated together with the context.
const FORMAT = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES;
const AES_KEY_BYTES = 32;

/** Size of the operator's encryption key. */
export const ENCRYPTION_KEY_BYTES = 32;
const KEY_CHECK_BYTES = 32;
const URL_KEY_BYTES = 32;

/**
 * Seals `plain` for one place.
 * @param key the operator's encryption key, 32 bytes
 * @param nonce12 12 random bytes, never used twice with one key
 * @param context where the result is to be stored; `unseal` needs the same
 * @throws RangeError when the key or the nonce has another length
 */
export function seal(key: Uint8Array, nonce12: Uint8Array, context: string, plain: Uint8Array): Uint8Array {
  if (nonce12.length !== NONCE_BYTES) throw new RangeError(`A nonce has ${NONCE_BYTES} bytes, not ${nonce12.length}.`);
  const { aesKey, head } = sealingKey(key);
  const cipher = createCipheriv('aes-256-gcm', aesKey, nonce12, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticated(head, context));
  const ciphertext = cipher.update(plain);
  // A copy with a memory of its own: a slice of Buffer's pool would drag the whole pool along to the store's thread.
  return new Uint8Array(Buffer.concat([head, nonce12, ciphertext, cipher.final(), cipher.getAuthTag()]));
}

/**
 * Opens what `seal` made with the same key and context.
 * @returns `undefined` when it was made with another key, for another context or in another format, or was altered
 * @throws RangeError when the key has another length than 32 bytes
 */
export function unseal(key: Uint8Array, context: string, sealed: Uint8Array): Uint8Array | undefined {
  const { aesKey, head } = sealingKey(key);
  if (sealed.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) return undefined;
  if (!head.equals(sealed.subarray(0, HEAD_BYTES))) return undefined;
  const nonce = sealed.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', aesKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated(head, context));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    // `final` fails for one reason only: the tag does not fit.
    return undefined;
  }
}

/**
 * A value to store beside the data, which tells at the next start whether the key is still the same. It reveals nothing
 * about the key.
 * @throws RangeError when the key has another length than 32 bytes
 */
export function keyCheck(key: Uint8Array): Uint8Array {
  return derive(key, 'posthorn encryption key check', KEY_CHECK_BYTES);
}

/** Whether `stored` is this key's check value; in constant time. */
export function matchesKeyCheck(key: Uint8Array, stored: Uint8Array): boolean {
  return stored.length === KEY_CHECK_BYTES && timingSafeEqual(keyCheck(key), stored);
}

/**
 * A value by which two URLs can be found to be equal without being stored in the open: 32 bytes.
 * @throws RangeError when the key has another length than 32 bytes
 */
export function urlMac(key: Uint8Array, url: string): Uint8Array {
  const mac = createHmac('sha256', derive(key, 'posthorn url 1', URL_KEY_BYTES))
    .update(url, 'utf8')
    .digest();
  return new Uint8Array(mac);
}

function sealingKey(key: Uint8Array): { aesKey: Uint8Array; head: Buffer } {
  const derived = derive(key, 'posthorn seal 1', AES_KEY_BYTES + KEY_ID_BYTES);
  return {
    aesKey: derived.subarray(0, AES_KEY_BYTES),
    head: Buffer.concat([Uint8Array.of(FORMAT), derived.subarray(AES_KEY_BYTES)]),
  };
}

function authenticated(head: Uint8Array, context: string): Buffer {
  return Buffer.concat([head, Buffer.from(context, 'utf8')]);
}

/** Independent bytes per purpose: what is stored openly for one (the key id, the check value) tells nothing about another. */
function derive(key: Uint8Array, purpose: string, bytes: number): Uint8Array {
  if (key.length !== ENCRYPTION_KEY_BYTES) {
    throw new RangeError(`The encryption key has ${ENCRYPTION_KEY_BYTES} bytes, not ${key.length}.`);
  }
  return new Uint8Array(hkdfSync('sha256', key, '', purpose, bytes));
}
