// Tells a repeated request from another event that was given the same id.
import { createHash } from 'node:crypto';

/**
 * SHA-256 over an event's type and its payload as posted: before the envelope is filled in, since its times differ from
 * one request to the next.
 */
export function fingerprint(type: string, payload: string): Uint8Array {
  return createHash('sha256').update(type).update('\n').update(payload).digest();
}
