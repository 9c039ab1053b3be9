// An event as the API takes and shows it.
import { type Static, Type } from 'typebox';
import { MAX_KEYS, MAX_OWN_ID_CHARACTERS, OWN_ID_PATTERN } from '../../../domain/ids.ts';
import { isoTime } from '../../../domain/time.ts';
import type { TestAnswer } from '../../../engine/engine.ts';
import type { Clock } from '../../../seams/clock.ts';
import type { EventDetail, EventSummary } from '../../../seams/store/history.ts';
import type { AcceptedEvent } from '../../../seams/store/queue.ts';
import { MAX_BATCH_EVENTS, MAX_PAYLOAD_BYTES } from '../limits.ts';
import { ATTEMPT_ID, CALL_FIELDS, SENT_REQUEST, showCall, showRequest } from './attempt.ts';
import { DeliverySchema, EVENT_TYPE, showDelivery } from './delivery.ts';
import { CLOSED, givenTime, nullableText, nullableTime, PAGE_QUERY, page, SEARCH_KEY, time, uuid } from './fields.ts';

const PAYLOAD = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  // Said aloud: generators of types take an object without known fields for one that has none.
  additionalProperties: true,
  description: `A JSON object, at most ${MAX_PAYLOAD_BYTES} bytes without white space and 64 levels deep. Numbers keep their digits, and keys their order.`,
});

const OWN_ID = Type.String({
  maxLength: MAX_OWN_ID_CHARACTERS,
  pattern: OWN_ID_PATTERN,
  description: `Your id of the event, so that you can send the same request again safely: 1 to ${MAX_OWN_ID_CHARACTERS} visible characters, no spaces. A UUID in lower case is the id of the event; from any other text Posthorn makes one. Without it, payload.eventId is the id, or Posthorn makes one.`,
});

const SHOWN_OWN_ID = nullableText('The id that you chose; null if it was a UUID, or if you chose none.');

export const EventBody = Type.Object(
  {
    type: EVENT_TYPE,
    payload: PAYLOAD,
    id: Type.Optional(OWN_ID),
    keys: Type.Optional(
      Type.Array(SEARCH_KEY, {
        maxItems: MAX_KEYS,
        uniqueItems: true,
        description: `Up to ${MAX_KEYS} texts by which you can find the event, such as an order number. They are part of its content.`,
      }),
    ),
  },
  { ...CLOSED, title: 'NewEvent' },
);

export const BatchBody = Type.Object(
  {
    events: Type.Array(EventBody, {
      minItems: 1,
      maxItems: MAX_BATCH_EVENTS,
      description: `1 to ${MAX_BATCH_EVENTS} events.`,
    }),
  },
  { ...CLOSED, title: 'NewEvents', description: 'Either all events are stored, or none.' },
);

export const TestBody = Type.Partial(Type.Pick(EventBody, ['type', 'payload']), {
  ...CLOSED,
  title: 'TestEvent',
  description: 'Type of the sample; by default one that the endpoint subscribed to.',
});

export const AcceptedSchema = Type.Object(
  {
    id: uuid('Id of the event: the correlation id of its calls.'),
    ownId: SHOWN_OWN_ID,
    type: Type.String(),
    createdAt: time('When the event was accepted for the first time.'),
    deliveries: Type.Array(Type.Object({ id: uuid('Id of the delivery.'), endpointId: uuid('Id of the endpoint.') }), {
      description: 'One delivery for each endpoint that subscribed to the type. The list may be empty.',
    }),
  },
  { title: 'AcceptedEvent', description: 'The event is on disk and will be delivered.' },
);

export const AcceptedBatchSchema = Type.Object(
  { events: Type.Array(AcceptedSchema, { description: 'The events in the order of the request.' }) },
  { title: 'AcceptedEvents', description: 'All of the events are on disk and will be delivered.' },
);

const SUMMARY = { id: uuid('Id of the event.'), type: Type.String(), createdAt: time('When it was accepted.') };

export const EventSchema = Type.Object(SUMMARY, {
  title: 'Event',
  description: 'Something that happened in your application.',
});
export const EventDetailSchema = Type.Object(
  {
    ...SUMMARY,
    ownId: SHOWN_OWN_ID,
    keys: Type.Array(Type.String(), { description: 'Texts by which you can find the event.' }),
    erasedAt: nullableTime('When the payload and the responses were erased; null if they were not.'),
    body: Type.String({ description: 'The exact body of every call, byte for byte, as a string.' }),
    deliveries: Type.Array(DeliverySchema),
  },
  { title: 'EventDetail', description: 'An event with its body and deliveries.' },
);

export const EventList = page('EventList', EventSchema);
export const EventListQuery = Type.Object(
  {
    eventType: Type.Optional(EVENT_TYPE),
    key: Type.Optional(SEARCH_KEY),
    since: Type.Optional(givenTime('Only events accepted at this time or later.')),
    until: Type.Optional(givenTime('Only events accepted before this time.')),
    ...PAGE_QUERY,
  },
  CLOSED,
);

export const TestSchema = Type.Object(
  {
    attempt: Type.Object(
      {
        id: ATTEMPT_ID,
        ...CALL_FIELDS,
        request: Type.Object(SENT_REQUEST, { description: 'The request as it was sent.' }),
      },
      { title: 'TestAttempt', description: 'The call. It is not stored.' },
    ),
    eventId: uuid('Id of the sample event.'),
    body: Type.String({ description: 'The body as it was sent.' }),
  },
  { title: 'TestResult', description: 'A sample event was sent; attempt.outcome says whether the receiver took it.' },
);

/** An event as the answer to posting it shows it: the same for the first request and every repetition. */
export function showAccepted(event: AcceptedEvent): Static<typeof AcceptedSchema> {
  return {
    id: event.id,
    ownId: event.ownId,
    type: event.type,
    createdAt: isoTime(event.createdAt),
    deliveries: event.deliveries.map(({ id, endpointId }) => ({ id, endpointId })),
  };
}

/** An event as lists show it. */
export function showEvent(event: EventSummary): Static<typeof EventSchema> {
  return { id: event.id, type: event.type, createdAt: isoTime(event.createdAt) };
}

/** An event with its body and deliveries. @param clock turns due times into times of day */
export function showEventDetail(event: EventDetail, clock: Clock): Static<typeof EventDetailSchema> {
  return {
    ...showEvent(event),
    ownId: event.ownId,
    keys: [...event.keys],
    erasedAt: event.erasedAt === null ? null : isoTime(event.erasedAt),
    body: bodyText(event.body),
    deliveries: event.deliveries.map((delivery) => showDelivery(delivery, clock)),
  };
}

/** A test call as it is answered. */
export function showTest({
  attemptId,
  eventId,
  startedAt,
  request,
  result,
  body,
}: TestAnswer): Static<typeof TestSchema> {
  const attempt = { ...showCall(attemptId, startedAt, result), request: showRequest(request) };
  return { attempt, eventId, body: bodyText(body) };
}

/** Bodies are JSON that we wrote, so they are UTF-8. */
function bodyText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
