// API keys: `ph_api_` + 32 random bytes + a checksum. The prefix lets scanners find a leaked key, the checksum tells a
// mistyped one from an unknown one. Only the hash is kept; a fast one is right for a key of 256 random bits.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Reader } from './values.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'ph_api_';
/** 62^43 > 2^256. */
const RANDOM_CHARACTERS = 43;
/** 62^6 > 2^32. */
const CHECKSUM_CHARACTERS = 6;
const MADE_BY_US = /^ph_[a-z]+_[0-9A-Za-z]{49}$/;
/** Keys that somebody else made: long enough that nobody guesses them, short enough for a header. */
const OTHERS = /^[\x21-\x7e]{16,256}$/;

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = (ALPHABET[Number(rest % 62n)] ?? '') + text;
  return text;
}

const checksum = (text: string): string => base62(BigInt(crc32(text)), CHECKSUM_CHARACTERS);

/** @param random 32 bytes that nobody can predict */
export function makeApiKey(random: Uint8Array): string {
  const body = PREFIX + base62(BigInt(`0x${Buffer.from(random).toString('hex')}`), RANDOM_CHARACTERS);
  return body + checksum(body);
}

/** The stored form of a key: its SHA-256. */
export function hashApiKey(key: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(key).digest());
}

/** A key that somebody gives us. One of our own form must have its checksum right. */
export const apiKey: Reader<string> = (text) => {
  if (text.startsWith('ph_')) {
    return MADE_BY_US.test(text) && checksum(text.slice(0, -CHECKSUM_CHARACTERS)) === text.slice(-CHECKSUM_CHARACTERS)
      ? { ok: true, value: text }
      : { ok: false, allowed: 'a whole key: it begins like one that Posthorn made, but is mistyped or cut short' };
  }
  return OTHERS.test(text)
    ? { ok: true, value: text }
    : { ok: false, allowed: '16 to 256 visible ASCII characters without spaces: openssl rand -hex 32' };
};
