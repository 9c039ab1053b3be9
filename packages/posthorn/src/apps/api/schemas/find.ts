// A search over all tenants, and its matches.
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
        'Id of a delivery, an attempt (x-iadvize-delivery) or an event (x-iadvize-correlationid), an own id or a key of an event, or at least the first 8 characters of one of these. A whole header line is accepted, too.',
    }),
  },
  CLOSED,
);

const MatchSchema = Type.Object(
  {
    kind: Type.Enum(['delivery', 'attempt', 'event', 'ownId', 'key'], {
      type: 'string',
      description: 'Kind of the match. ownId and key belong to an event.',
    }),
    tenant: Type.String({ description: 'The tenant that the match belongs to.' }),
    value: Type.String({ description: 'The id, own id or key that was found.' }),
    at: time('When it was created; of an attempt, when it began.'),
    deliveryId: nullableText('Id of the delivery, if a delivery or an attempt was found; otherwise null.'),
    eventId: nullableText('Id of the event, if an event, an own id or a key was found; otherwise null.'),
  },
  { title: 'Match', description: 'A delivery, attempt or event that the text identifies.' },
);

export const FoundSchema = Type.Object(
  {
    data: Type.Array(MatchSchema, { description: `At most ${MAX_MATCHES} matches, the newest of each kind first.` }),
    more: Type.Boolean({ description: 'True if there are more matches: search for a longer text.' }),
  },
  { title: 'Found', description: 'Everything that the text identifies. If data is empty, nothing was found.' },
);

export function showMatch(match: Match): Static<typeof MatchSchema> {
  const { kind, tenantId: tenant, value, at, deliveryId, eventId } = match;
  return { kind, tenant, value, at: isoTime(at), deliveryId, eventId };
}
