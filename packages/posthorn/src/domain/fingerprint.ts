// Tells a repeated request from another event that was given the same id.
import { createHash } from 'node:crypto';

/**
 * SHA-256 over an event's type and its payload as posted: before the envelope is filled in, since its times differ from
 * one request to the next. Its keys count in any order; without any, the print is that of an event from before keys.
 */
export function fingerprint(type: string, payload: string, keys: readonly string[] = []): Uint8Array {
  const hash = createHash('sha256').update(type).update('\n').update(payload);
  if (keys.length > 0) hash.update('\n').update(JSON.stringify(keys.toSorted()));
  return hash.digest();
}
