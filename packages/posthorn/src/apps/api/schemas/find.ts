// What can be looked for over all tenants, and what is found.
import { type Static, Type } from 'typebox';
import { isoTime } from '../../../domain/time.ts';
import type { Match } from '../../../seams/store/history.ts';
import { CLOSED, nullableText, PLAIN_TEXT, time } from './fields.ts';

/** Answered at most. */
export const MAX_MATCHES = 20;
/** The longest own id there is, with a header's name before it. */
const MAX_SOUGHT_CHARACTERS = 400;

export const FindQuery = Type.Object(
  {
    id: Type.String({
      minLength: 1,
      maxLength: MAX_SOUGHT_CHARACTERS,
      pattern: PLAIN_TEXT,
      description:
        'Id of a delivery, an attempt (x-iadvize-delivery) or an event (x-iadvize-correlationid), an own id or a key of an event, or how one of these begins, from 8 characters on; a whole header line will do.',
    }),
  },
  CLOSED,
);

const MatchSchema = Type.Object(
  {
    kind: Type.Enum(['delivery', 'attempt', 'event', 'ownId', 'key'], {
      type: 'string',
      description: 'What of it was found. ownId and key are those of an event.',
    }),
    tenant: Type.String({ description: 'The tenant that it belongs to.' }),
    value: Type.String({ description: 'The id, own id or key that was found.' }),
    at: time('When it was created, or an attempt began.'),
    deliveryId: nullableText('Of a delivery, and the delivery of an attempt; else null.'),
    eventId: nullableText('Of an event, by whatever it was found; else null.'),
  },
  { title: 'Match', description: 'Something that the text stands for.' },
);

export const FoundSchema = Type.Object(
  {
    data: Type.Array(MatchSchema, { description: `At most ${MAX_MATCHES}, the newest of each kind first.` }),
    more: Type.Boolean({ description: 'There are more: look for a longer text.' }),
  },
  { title: 'Found', description: 'What the text stands for; nothing, if data is empty.' },
);

export function showMatch(match: Match): Static<typeof MatchSchema> {
  const { kind, tenantId: tenant, value, at, deliveryId, eventId } = match;
  return { kind, tenant, value, at: isoTime(at), deliveryId, eventId };
}
