// An event as the API takes and shows it.
import { type Static, Type } from 'typebox';
import { MAX_KEYS, MAX_OWN_ID_CHARACTERS, OWN_ID_PATTERN } from '../../../domain/ids.ts';
import { isoTime } from '../../../domain/time.ts';
import type { TestAnswer } from '../../../engine/engine.ts';
import type { Clock } from '../../../seams/clock.ts';
import type { EventDetail, EventSummary } from '../../../seams/store/history.ts';
import type { AcceptedEvent } from '../../../seams/store/queue.ts';
import { MAX_BATCH_EVENTS, MAX_PAYLOAD_BYTES } from '../limits.ts';
import { ATTEMPT_ID, CALL_FIELDS, showCall } from './attempt.ts';
import { DeliverySchema, EVENT_TYPE, showDelivery } from './delivery.ts';
import { CLOSED, givenTime, nullableText, nullableTime, PAGE_QUERY, page, SEARCH_KEY, time, uuid } from './fields.ts';

const PAYLOAD = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  // Said aloud: generators of types take an object without known fields for one that has none.
  additionalProperties: true,
  description: `A JSON object, at most ${MAX_PAYLOAD_BYTES} bytes without white space and 64 levels deep. Numbers keep their digits, keys their order.`,
});

const OWN_ID = Type.String({
  maxLength: MAX_OWN_ID_CHARACTERS,
  pattern: OWN_ID_PATTERN,
  description: `Chosen by you, so that the same request can be sent again safely: 1 to ${MAX_OWN_ID_CHARACTERS} visible characters, no spaces. A UUID in lower case is the id of the event; of any other text one is made. Left out, it is payload.eventId or one of ours.`,
});

const SHOWN_OWN_ID = nullableText('The id that you chose; null if that was a UUID, or nothing.');

export const EventBody = Type.Object(
  {
    type: EVENT_TYPE,
    payload: PAYLOAD,
    id: Type.Optional(OWN_ID),
    keys: Type.Optional(
      Type.Array(SEARCH_KEY, {
        maxItems: MAX_KEYS,
        uniqueItems: true,
        description: `Up to ${MAX_KEYS} texts of yours that the event can be found by, such as an order number; part of its content.`,
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
  { ...CLOSED, title: 'NewEvents', description: 'All of them are stored, or none.' },
);

export const TestBody = Type.Partial(Type.Pick(EventBody, ['type', 'payload']), {
  ...CLOSED,
  title: 'TestEvent',
  description: 'Left out, a sample of what the endpoint subscribed to.',
});

export const AcceptedSchema = Type.Object(
  {
    id: uuid('Id of the event: the correlation id of its calls.'),
    ownId: SHOWN_OWN_ID,
    type: Type.String(),
    createdAt: time('When it was accepted first.'),
    deliveries: Type.Array(Type.Object({ id: uuid('Id of the delivery.'), endpointId: uuid('Id of the endpoint.') }), {
      description: 'One for each endpoint that wants it; none is fine.',
    }),
  },
  { title: 'AcceptedEvent', description: 'The event is on disk and will be delivered.' },
);

export const AcceptedBatchSchema = Type.Object(
  { events: Type.Array(AcceptedSchema, { description: 'In the order of the request.' }) },
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
    keys: Type.Array(Type.String(), { description: 'Texts that it can be found by.' }),
    erasedAt: nullableTime('When its payload and the responses to it were erased; null as long as they are there.'),
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
    since: Type.Optional(givenTime('Only those accepted then or later.')),
    until: Type.Optional(givenTime('Only those accepted before.')),
    ...PAGE_QUERY,
  },
  CLOSED,
);

export const TestSchema = Type.Object(
  {
    attempt: Type.Object(
      { id: ATTEMPT_ID, ...CALL_FIELDS },
      { title: 'TestAttempt', description: 'The call; it is not kept.' },
    ),
    eventId: uuid('Id of the sample event.'),
    body: Type.String({ description: 'The body as it was sent.' }),
  },
  { title: 'TestResult', description: 'A sample event was sent; whether it was taken is told by attempt.outcome.' },
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
export function showTest({ attemptId, eventId, startedAt, result, body }: TestAnswer): Static<typeof TestSchema> {
  return { attempt: showCall(attemptId, startedAt, result), eventId, body: bodyText(body) };
}

/** Bodies are JSON that we wrote, so they are UTF-8. */
function bodyText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
