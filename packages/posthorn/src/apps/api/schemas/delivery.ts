// A delivery and its attempts as the API shows them.
import { type Static, Type } from 'typebox';
import { DELIVERY_STATES } from '../../../domain/delivery.ts';
import { EVENT_TYPE_GRAMMAR, EVENT_TYPE_PATTERN, MAX_EVENT_TYPE_CHARACTERS } from '../../../domain/event-type.ts';
import { OUTCOMES, type Outcome } from '../../../domain/outcome.ts';
import { isoTime, type SteadyMs, type WallMs, wall } from '../../../domain/time.ts';
import type { ShownDelivery } from '../../../engine/engine.ts';
import type { Clock } from '../../../seams/clock.ts';
import type { DeliverySummary } from '../../../seams/store/history.ts';
import { RETRIED } from '../../words/retries.ts';
import { ATTEMPT_ID, CALL_FIELDS, SENT_REQUEST, showCall, showRequest } from './attempt.ts';
import {
  CLOSED,
  GIVEN_EVENT_ID,
  givenTime,
  nullableText,
  nullableTime,
  PAGE_QUERY,
  page,
  SEARCH_KEY,
  several,
  time,
  uuid,
} from './fields.ts';

const STATE = Type.Enum([...DELIVERY_STATES], {
  type: 'string',
  description: 'pending, or how it ended: succeeded, exhausted (all attempts failed) or cancelled.',
});

const OUTCOME = Type.Enum([...OUTCOMES], { type: 'string', description: 'Outcome of an attempt.' });

const STATUS = Type.String({
  pattern: '^[1-9](xx|[0-9][0-9])$',
  description: 'An HTTP status such as 503, or a class such as 5xx.',
});

export const EVENT_TYPE = Type.String({
  maxLength: MAX_EVENT_TYPE_CHARACTERS,
  pattern: EVENT_TYPE_PATTERN,
  description: `An event type such as user.created: ${EVENT_TYPE_GRAMMAR}.`,
});

const DELIVERY_FIELDS = {
  id: uuid('Id of the delivery.'),
  endpointId: uuid('Id of the endpoint.'),
  eventId: uuid('Id of the event.'),
  eventType: Type.String(),
  state: STATE,
  createdAt: time('When the event was accepted.'),
  attemptCount: Type.Integer({ description: 'Attempts made so far.' }),
  nextAttemptAt: nullableTime(
    'When the next attempt is due; null if there is none, or if the delivery waits for its turn.',
  ),
  endedAt: nullableTime('When the delivery ended; null while it is pending.'),
  lastAttempt: Type.Unsafe<{ outcome: Outcome; status: number | null; startedAt: string } | null>({
    type: ['object', 'null'],
    description: 'The attempt that was recorded last; null before the first attempt.',
    properties: {
      outcome: OUTCOME,
      status: Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        description: 'Status of the response; null if there was none.',
      }),
      startedAt: time('When it began.'),
    },
    required: ['outcome', 'status', 'startedAt'],
  }),
  endpointHost: nullableText("Host of the endpoint's present URL; null if the endpoint was deleted."),
};

export const DeliverySchema = Type.Object(DELIVERY_FIELDS, {
  title: 'Delivery',
  description: 'One event on its way to one endpoint.',
});

export const AttemptSchema = Type.Object(
  {
    id: ATTEMPT_ID,
    number: Type.Integer({ description: 'Number of the attempt within its delivery, from 1.' }),
    trigger: Type.Enum(['schedule', 'manual'], {
      type: 'string',
      description: 'schedule (also for the first attempt), or manual if a person or a replay asked for it.',
    }),
    ...CALL_FIELDS,
    version: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: "The version of the endpoint's settings that it was made with; null when it did not come to a call.",
    }),
    request: Type.Unsafe<ReturnType<typeof showRequest> | null>({
      type: ['object', 'null'],
      description:
        'The request as it was sent. Null when none was, when it was made before this was kept, or when the endpoint was deleted.',
      properties: SENT_REQUEST,
      required: Object.keys(SENT_REQUEST),
    }),
    late: Type.Boolean({
      description:
        'True if the attempt came from a process that had been taken for dead: it changed nothing about the delivery.',
    }),
  },
  { title: 'Attempt', description: 'One HTTP call of a delivery, with its outcome.' },
);

export const DeliveryDetailSchema = Type.Object(
  {
    ...DELIVERY_FIELDS,
    attempts: Type.Array(AttemptSchema, { description: 'The attempts in the order in which they were made.' }),
  },
  { title: 'DeliveryDetail', description: 'A delivery with its attempts.' },
);

export const DeliveryList = page('DeliveryList', DeliverySchema);
export const DeliveryListQuery = Type.Object(
  {
    state: several(STATE, 'Only deliveries in this state.'),
    outcome: several(OUTCOME, 'Only deliveries whose last attempt had this outcome.'),
    status: several(STATUS, 'Only deliveries whose last attempt got this status: 503, or 5xx.'),
    endpointId: Type.Optional(uuid('Only deliveries to this endpoint.')),
    eventId: Type.Optional(GIVEN_EVENT_ID),
    eventType: Type.Optional(EVENT_TYPE),
    key: Type.Optional(SEARCH_KEY),
    attemptId: Type.Optional(
      uuid(
        'Only the delivery of this attempt (its x-iadvize-delivery header). It is found once the attempt is recorded.',
      ),
    ),
    since: Type.Optional(givenTime('Only deliveries created at this time or later.')),
    until: Type.Optional(givenTime('Only deliveries created before this time.')),
    ...PAGE_QUERY,
  },
  CLOSED,
);

export const RetrySchema = Type.Object(
  {
    id: uuid('Id of the delivery.'),
    retry: Type.Enum(['due', 'under_way'], {
      type: 'string',
      description: `due: ${RETRIED.due} under_way: ${RETRIED.under_way}`,
    }),
  },
  { title: 'Retry', description: 'The effect of the request.' },
);

/** Due times are steady; people read the wall. Both are told apart by how far the wall has moved since. */
function wallTime(at: SteadyMs, clock: Clock): WallMs {
  return wall(clock.wallNow() + Math.round(at - clock.now()));
}

/** A delivery as it is answered. @param clock turns due times into times of day */
export function showDelivery(delivery: DeliverySummary, clock: Clock): Static<typeof DeliverySchema> {
  const { nextAttemptAt, endedAt, lastAttempt } = delivery;
  return {
    id: delivery.id,
    endpointId: delivery.endpointId,
    eventId: delivery.eventId,
    eventType: delivery.eventType,
    state: delivery.state,
    createdAt: isoTime(delivery.createdAt),
    attemptCount: delivery.attempts,
    nextAttemptAt: nextAttemptAt === null ? null : isoTime(wallTime(nextAttemptAt, clock)),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    lastAttempt: lastAttempt === null ? null : { ...lastAttempt, startedAt: isoTime(lastAttempt.startedAt) },
    endpointHost: delivery.endpointHost,
  };
}

/** A delivery with its attempts as it is answered. @param clock turns due times into times of day */
export function showDeliveryDetail(delivery: ShownDelivery, clock: Clock): Static<typeof DeliveryDetailSchema> {
  return {
    ...showDelivery(delivery, clock),
    attempts: delivery.history.map((attempt) => ({
      number: attempt.number,
      trigger: attempt.trigger,
      ...showCall(attempt.id, attempt.startedAt, attempt),
      version: attempt.madeFrom?.version ?? null,
      request: attempt.request === null ? null : showRequest(attempt.request),
      late: attempt.late,
    })),
  };
}
