// The envelope: the four fields that iAdvize puts into every payload. What the producer set stays; what is missing is added
// (contract, "Body").
import { type EventId, isUuid, parseId } from './ids.ts';
import { jsonKind, jsonMember } from './json.ts';

/** What to put where the payload says nothing. */
export interface EnvelopeFill {
  readonly eventId: string;
  readonly eventType: string;
  /** ISO 8601, as is `sentAt`. */
  readonly createdAt: string;
  readonly sentAt: string;
}

/** In the order in which they are added. */
const FIELDS = ['eventId', 'eventType', 'createdAt', 'sentAt'] as const satisfies readonly (keyof EnvelopeFill)[];

/**
 * Adds the envelope fields that the payload lacks, behind its own. A field that is there stays as it is, even null.
 * @param payload an object as `compactJson` writes it
 */
export function fillEnvelope(payload: string, fill: EnvelopeFill): string {
  let added = '';
  for (const field of FIELDS) {
    if (jsonMember(payload, field) === undefined) added += `,"${field}":${JSON.stringify(fill[field])}`;
  }
  return payload === '{}' ? `{${added.slice(1)}}` : `${payload.slice(0, -1)}${added}}`;
}

export type EventIdResolution =
  /** `null`: nobody named one. */
  | { readonly ok: true; readonly id: EventId | null }
  /**
   * `differs`: the request and the payload name different ids. `not_lower_case`: the payload's is a UUID in another spelling
   * than the one that the correlation id header has; the two must be equal to the byte.
   */
  | { readonly ok: false; readonly reason: 'differs' | 'not_lower_case' };

/**
 * Decides which id an event has: the request's, or else the payload's `eventId` if that is a UUID. An `eventId` that is no
 * UUID is the producer's own affair.
 * @param payload an object as `compactJson` writes it
 */
export function resolveEventId(requested: EventId | null, payload: string): EventIdResolution {
  const member = jsonMember(payload, 'eventId');
  if (member === undefined || jsonKind(member) !== 'string') return { ok: true, id: requested };
  // A UUID is spelled without escapes, so what is between the quotes is the text itself.
  const text = member.slice(1, -1);
  const id = parseId<EventId>(text);
  if (id === undefined) {
    return isUuid(text.toLowerCase()) ? { ok: false, reason: 'not_lower_case' } : { ok: true, id: requested };
  }
  return requested === null || requested === id ? { ok: true, id } : { ok: false, reason: 'differs' };
}
