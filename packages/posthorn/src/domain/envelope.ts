// The envelope: the four fields that iAdvize puts into every payload. Fields that the producer set stay; missing ones are added
// (contract, "Body").
import { isEventType } from './event-type.ts';
import { type EventId, isUuid, parseId } from './ids.ts';
import { jsonKind, jsonMember } from './json.ts';

/** Values for the fields that a payload lacks. */
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

/**
 * The event id that a payload carries: its `eventId` if that is a UUID in lower case, else `null`. It becomes the event's id
 * if the request names none, so that a repeat finds the same event.
 * @param payload an object as `compactJson` writes it
 */
export function eventIdIn(payload: string): EventId | null {
  const member = jsonMember(payload, 'eventId');
  // A UUID is spelled without escapes, so the characters between the quotes are the text itself.
  return member !== undefined && jsonKind(member) === 'string' ? (parseId<EventId>(member.slice(1, -1)) ?? null) : null;
}

/**
 * The event type that a payload carries: its `eventType` if an event can have that type, else `undefined`.
 * @param payload an object as `compactJson` writes it
 */
export function eventTypeIn(payload: string): string | undefined {
  const member = jsonMember(payload, 'eventType');
  // A type is spelled without escapes, too.
  const text = member !== undefined && jsonKind(member) === 'string' ? member.slice(1, -1) : '';
  return isEventType(text) ? text : undefined;
}

/** A field in which a payload contradicts its event. */
export interface EnvelopeFault {
  readonly field: 'eventId' | 'eventType';
  /**
   * `other_id`: a UUID, but not the event's id. `not_lower_case`: a UUID in another spelling than the correlation id header
   * has; the two must be equal to the byte. `not_a_uuid`: any other `eventId`, `null` included. `other_type`: an `eventType`
   * that is not the event's type.
   */
  readonly reason: 'other_id' | 'not_lower_case' | 'not_a_uuid' | 'other_type';
}

/**
 * The rule of an envelope that a receiver reads beside the headers: its `eventId` is the correlation id, its `eventType` the
 * event's type (contract, "Body"). Fields that are left out are filled in, so they contradict nothing.
 * @param payload an object as `compactJson` writes it
 * @param event `id` is `null` if one will be made: no payload can carry it yet
 */
export function envelopeFaults(
  payload: string,
  event: { readonly id: EventId | null; readonly type: string },
): EnvelopeFault[] {
  const faults: EnvelopeFault[] = [];
  const id = jsonMember(payload, 'eventId');
  if (id !== undefined && (event.id === null || id !== JSON.stringify(event.id))) {
    faults.push({ field: 'eventId', reason: unfit(id) });
  }
  const type = jsonMember(payload, 'eventType');
  if (type !== undefined && type !== JSON.stringify(event.type)) {
    faults.push({ field: 'eventType', reason: 'other_type' });
  }
  return faults;
}

function unfit(member: string): EnvelopeFault['reason'] {
  const text = jsonKind(member) === 'string' ? member.slice(1, -1) : '';
  if (isUuid(text)) return 'other_id';
  return isUuid(text.toLowerCase()) ? 'not_lower_case' : 'not_a_uuid';
}
