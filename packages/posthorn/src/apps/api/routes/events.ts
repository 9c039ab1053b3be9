// Events: post one or many, list, show with deliveries and the exact body. Posting is the hot path.

import { claimedEventId } from '../../../domain/idempotency.ts';
import { type EventId, parseId, type TenantId } from '../../../domain/ids.ts';
import { wall } from '../../../domain/time.ts';
import type { EventDraft } from '../../../engine/engine.ts';
import type { EventKey } from '../../../seams/store/history.ts';
import type { ClaimedKey } from '../../../seams/store/idempotency.ts';
import type { AcceptedEvent } from '../../../seams/store/queue.ts';
import { inAcceptSpan } from '../accept-span.ts';
import { readBatch, readEvent } from '../event-reader.ts';
import { overloaded } from '../failures.ts';
import { MAX_BATCH_REQUEST_BYTES, MAX_EVENT_REQUEST_BYTES } from '../limits.ts';
import { timeBounds } from '../list-query.ts';
import { answer, GONE, GONE_SHAPE, list, type Operation, ok, operation } from '../operation.ts';
import { notFound, Problem } from '../problems.ts';
import type { RouteParts } from '../route.ts';
import {
  AcceptedBatchSchema,
  AcceptedSchema,
  BatchBody,
  EventBody,
  EventDetailSchema,
  EventList,
  EventListQuery,
  showAccepted,
  showEvent,
  showEventDetail,
} from '../schemas/event.ts';

const TAG = 'Events';
const MANY = '/tenants/:tenant/events';

const postEvent = operation('POST', MANY, {
  operationId: 'postEvent',
  summary: 'Post an event; 202 if it is new, 200 if it was accepted before',
  tag: TAG,
  rawBody: { shape: EventBody, wrapping: 1, maxBytes: MAX_EVENT_REQUEST_BYTES },
  rebuilds: true,
  answers: { 200: AcceptedSchema, 202: AcceptedSchema },
  problems: ['conflict'],
  work:
    (parts) =>
    async ({ ids, body, claim }) => {
      const [event] = await accept(parts, ids.tenant, withIds([readEvent(ids.tenant, body)], claim), () => 'id');
      if (event === undefined) throw new Error('An accepted event is missing from the answer.');
      return answer(isNew(event, 0, claim) ? 202 : 200, showAccepted(event));
    },
});

const postEvents = operation('POST', `${MANY}/batch`, {
  operationId: 'postEvents',
  summary: 'Post up to 1,000 events, all or none; 202 if one is new, 200 if all were accepted before',
  tag: TAG,
  rawBody: { shape: BatchBody, wrapping: 3, maxBytes: MAX_BATCH_REQUEST_BYTES },
  rebuilds: true,
  answers: { 200: AcceptedBatchSchema, 202: AcceptedBatchSchema },
  problems: ['conflict'],
  work:
    (parts) =>
    async ({ ids, body, claim }) => {
      const drafts = withIds(readBatch(ids.tenant, body), claim);
      const events = await accept(parts, ids.tenant, drafts, (index) => `events[${index}].id`);
      const anyNew = events.some((event, index) => isNew(event, index, claim));
      return answer(anyNew ? 202 : 200, { events: events.map(showAccepted) });
    },
});

const listEvents = list(MANY, {
  operationId: 'listEvents',
  summary: 'List events, newest first',
  tag: TAG,
  list: 'events',
  query: EventListQuery,
  page: EventList,
  find:
    ({ store }) =>
    async ({ ids, query }, page) => {
      const { eventType, key } = query;
      const filter = {
        ...(eventType !== undefined && { eventType }),
        ...(key !== undefined && { key }),
        ...timeBounds(query),
      };
      const { items, cutAt } = await store.events(ids.tenant, filter, page);
      return { items, cutAt: cutAt === null ? null : eventKeyText(cutAt) };
    },
  show: showEvent,
  // Sorted by moment, then by id.
  keyOf: eventKeyText,
  readKey: readEventKey,
});

const getEvent = operation('GET', `${MANY}/:event`, {
  operationId: 'getEvent',
  summary: 'Show an event with its exact body and its deliveries',
  tag: TAG,
  answers: { 200: EventDetailSchema },
  work:
    ({ store, clock }) =>
    async ({ ids }) => {
      const event = await store.event(ids.tenant, ids.event);
      if (event === undefined) throw notFound('event');
      return ok(showEventDetail(event, clock));
    },
});

const eraseEvent = operation('DELETE', `${MANY}/:event`, {
  operationId: 'eraseEvent',
  summary:
    'Erase the payload, keys and responses of an event; pending deliveries are cancelled; ids, times and outcomes stay',
  tag: TAG,
  answers: GONE_SHAPE,
  work:
    ({ engine }) =>
    async ({ ids, by }) => {
      if (!(await engine.eraseEvent(ids.tenant, ids.event, by))) throw notFound('event');
      return GONE;
    },
});

export const eventOperations: readonly Operation[] = [postEvent, postEvents, listEvents, getEvent, eraseEvent];

/** Gives the drafts that have no id the ids that the request had made for them when it was sent first. */
function withIds(drafts: readonly EventDraft[], claim: ClaimedKey | undefined): readonly EventDraft[] {
  if (claim === undefined) return drafts;
  return drafts.map((draft, index) => (draft.id === null ? { ...draft, id: claimedEventId(claim.id, index) } : draft));
}

/** It is new, or was when this request was sent first: nobody else can have given it the id that the request had made. */
function isNew({ existing, id }: AcceptedEvent, index: number, claim: ClaimedKey | undefined): boolean {
  return !existing || (claim !== undefined && id === claimedEventId(claim.id, index));
}

/** @param field name of the id of the event at an index */
async function accept(
  { engine }: RouteParts,
  tenantId: TenantId,
  drafts: readonly EventDraft[],
  field: (index: number) => string,
): Promise<readonly AcceptedEvent[]> {
  const accepted = await inAcceptSpan(drafts.length, () => engine.accept(tenantId, drafts));
  switch (accepted.kind) {
    case 'accepted':
      return accepted.events;
    case 'unknown_tenant':
      throw new Problem('not-found', {
        detail: `There is no tenant ${tenantId}; create it with PUT /v1/tenants/${tenantId}.`,
      });
    case 'overloaded':
      throw overloaded('More events are arriving than can be stored right now. Nothing of this request was stored.');
    case 'conflict': {
      const message = 'is that of an event with another type or payload; use a new id for a new event';
      const where = field(accepted.index);
      throw new Problem('conflict', { detail: `${where}: ${message}`, errors: [{ field: where, message }] });
    }
  }
}

function eventKeyText({ createdAt, id }: EventKey): string {
  return `${createdAt}:${id}`;
}

function readEventKey(text: string): EventKey | undefined {
  const [, moment = '', uuid = ''] = /^(\d{1,15}):(.*)$/.exec(text) ?? [];
  const id = parseId<EventId>(uuid);
  return id === undefined ? undefined : { createdAt: wall(Number(moment)), id };
}
