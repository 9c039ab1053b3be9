// Idempotency keys: how a request names one, and what it counts for. By the IETF draft draft-ietf-httpapi-idempotency-key-header.
import { createHash } from 'node:crypto';
import { type ClaimId, type EndpointId, type EventId, parseId, type ReplayId } from './ids.ts';

/** How long an answer is kept. */
export const KEY_KEPT_MS = 24 * 3_600_000;
/** A request that is not answered by then has died with its process. Longer than the longest, a test call of 70 s. */
export const CLAIM_ABANDONED_MS = 120_000;
export const MAX_IDEMPOTENCY_KEY_CHARACTERS = 255;

/** A string of RFC 8941, section 3.3.3: printable ASCII in quotes, `"` and `\\` escaped. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;
/** Visible ASCII but for what separates values. */
const BARE = /^[!#-+\--:<-~]+$/;

/**
 * Reads the header: a string in quotes, or the same without quotes.
 * @returns `undefined` if it is neither, empty or too long
 */
export function readIdempotencyKey(header: string): string | undefined {
  const text = header.trim();
  const [, quoted] = QUOTED.exec(text) ?? [];
  const key = quoted?.replace(/\\(.)/g, '$1') ?? (BARE.test(text) ? text : '');
  return key.length > 0 && key.length <= MAX_IDEMPOTENCY_KEY_CHARACTERS ? key : undefined;
}

/** SHA-256 of what a key counts for: the same key of another caller, or for another path, is another one. */
export function claimHash(caller: Uint8Array, method: string, path: string, key: string): Uint8Array {
  return digest(JSON.stringify([Buffer.from(caller).toString('hex'), method, path, key]));
}

/** SHA-256 of a request. @param body without insignificant white space */
export function requestHash(body: string): Uint8Array {
  return digest(body);
}

function digest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** The id of the event at an index of the request that made a claim: the same each time, and another for each index. */
export function claimedEventId(id: ClaimId, index: number): EventId {
  const last = (Number.parseInt(id.slice(-4), 16) + index) % 0x1_0000;
  return idOf<EventId>(id.slice(0, -4) + last.toString(16).padStart(4, '0'));
}

/** The id of the one thing that the request which made a claim makes. */
export function claimedId<Id extends EndpointId | ReplayId>(id: ClaimId): Id {
  return idOf<Id>(id);
}

function idOf<Id extends EventId | EndpointId | ReplayId>(text: string): Id {
  const id = parseId<Id>(text);
  if (id === undefined) throw new RangeError(`${text} is no UUID.`);
  return id;
}
