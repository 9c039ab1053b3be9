// Events: post one or many, list, show with deliveries and the exact body. Posting is the hot path.

import { type EventId, parseId, type TenantId } from '../../../domain/ids.ts';
import type { WallMs } from '../../../domain/time.ts';
import { wall } from '../../../domain/time.ts';
import type { EventDraft } from '../../../engine/engine.ts';
import type { AcceptedEvent } from '../../../seams/store/queue.ts';
import { inAcceptSpan } from '../accept-span.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { readBatch, readEvent } from '../event-reader.ts';
import { overloaded } from '../failures.ts';
import { MAX_BATCH_REQUEST_BYTES, MAX_EVENT_REQUEST_BYTES } from '../limits.ts';
import { pageLimit, timeBounds } from '../list-query.ts';
import { pathEvent, pathTenant, requireTenant } from '../path-ids.ts';
import { notFound, Problem } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import {
  AcceptedBatchShape,
  AcceptedShape,
  BatchBody,
  EventBody,
  EventDetailShape,
  EventList,
  EventListQuery,
  EventPath,
  showAccepted,
  showEvent,
  showEventDetail,
} from '../schemas/event.ts';
import { TenantPath } from '../schemas/tenant.ts';

const TAGS = ['Events'];
const LIST = 'events';

/** Adds the routes of this file under `/v1`. */
export function eventRoutes(app: ApiServer, parts: RouteParts): void {
  const { store, clock } = parts;

  app.post(
    '/tenants/:tenant/events',
    {
      bodyLimit: MAX_EVENT_REQUEST_BYTES,
      schema: {
        operationId: 'postEvent',
        summary: 'Post an event; 202 when it is new, 200 when it was accepted before',
        tags: TAGS,
        params: TenantPath,
        response: { 200: AcceptedShape, 202: AcceptedShape },
      },
      config: { rawBody: EventBody, wrapping: 1, problems: ['not-found', 'conflict'] },
    },
    async ({ params, body }, reply) => {
      const tenantId = pathTenant(params);
      const [event] = await accept(parts, tenantId, [readEvent(tenantId, body)], () => 'id');
      if (event === undefined) throw new Error('An accepted event is missing from the answer.');
      return reply.code(event.existing ? 200 : 202).send(showAccepted(event));
    },
  );

  app.post(
    '/tenants/:tenant/events/batch',
    {
      bodyLimit: MAX_BATCH_REQUEST_BYTES,
      schema: {
        operationId: 'postEvents',
        summary: 'Post up to 1,000 events, all or none; 202 when any is new, 200 when all were accepted before',
        tags: TAGS,
        params: TenantPath,
        response: { 200: AcceptedBatchShape, 202: AcceptedBatchShape },
      },
      config: { rawBody: BatchBody, wrapping: 3, problems: ['not-found', 'conflict'] },
    },
    async ({ params, body }, reply) => {
      const tenantId = pathTenant(params);
      const events = await accept(parts, tenantId, readBatch(tenantId, body), (index) => `events[${index}].id`);
      const anyNew = events.some(({ existing }) => !existing);
      return reply.code(anyNew ? 202 : 200).send({ events: events.map(showAccepted) });
    },
  );

  app.get(
    '/tenants/:tenant/events',
    {
      schema: {
        operationId: 'listEvents',
        summary: 'List events, newest first',
        tags: TAGS,
        params: TenantPath,
        querystring: EventListQuery,
        response: { 200: EventList },
      },
      config: { problems: ['not-found', 'invalid'] },
    },
    async ({ params, query }) => {
      const tenantId = pathTenant(params);
      const limit = pageLimit(query);
      const after = readCursor(LIST, query.cursor, readEventKey);
      const filter = { ...(query.eventType !== undefined && { eventType: query.eventType }), ...timeBounds(query) };
      const events = await store.events(tenantId, filter, { limit: limit + 1, after });
      await requireTenant(store, tenantId, events);
      return pageOf(LIST, events, limit, ({ createdAt, id }) => `${createdAt}:${id}`, showEvent);
    },
  );

  app.get(
    '/tenants/:tenant/events/:event',
    {
      schema: {
        operationId: 'getEvent',
        summary: 'Show an event with its exact body and its deliveries',
        tags: TAGS,
        params: EventPath,
        response: { 200: EventDetailShape },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }) => {
      const event = await store.event(pathTenant(params), pathEvent(params));
      if (event === undefined) throw notFound('event');
      return showEventDetail(event, clock);
    },
  );
}

/** @param field name of the id of the event at an index */
async function accept(
  { engine }: RouteParts,
  tenantId: TenantId,
  drafts: readonly EventDraft[],
  field: (index: number) => string,
): Promise<readonly AcceptedEvent[]> {
  const answer = await inAcceptSpan(drafts.length, () => engine.accept(tenantId, drafts));
  switch (answer.kind) {
    case 'accepted':
      return answer.events;
    case 'unknown_tenant':
      throw new Problem('not-found', {
        detail: `There is no tenant ${tenantId}; create it with PUT /v1/tenants/${tenantId}.`,
      });
    case 'overloaded':
      throw overloaded('More events are arriving than can be stored right now. Nothing of this request was stored.');
    case 'conflict': {
      const message = 'is that of an event with another type or payload; use a new id for a new event';
      const where = field(answer.index);
      throw new Problem('conflict', { detail: `${where}: ${message}`, errors: [{ field: where, message }] });
    }
  }
}

/** The list is sorted by moment, then by id. */
function readEventKey(text: string): { readonly createdAt: WallMs; readonly id: EventId } | undefined {
  const [, moment = '', uuid = ''] = /^(\d{1,15}):(.*)$/.exec(text) ?? [];
  const id = parseId<EventId>(uuid);
  return id === undefined ? undefined : { createdAt: wall(Number(moment)), id };
}
