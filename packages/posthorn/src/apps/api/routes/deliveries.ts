// Deliveries: list, show with attempts, ask for one more attempt.
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  parseId,
  readEventId,
  type TenantId,
} from '../../../domain/ids.ts';
import type { DeliveryFilter } from '../../../seams/store/history.ts';
import { refuseBody } from '../body-reader.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { pageLimit, timeBounds } from '../list-query.ts';
import { pathDelivery, pathTenant, requireTenant } from '../path-ids.ts';
import { notFound, Problem } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import {
  DeliveryDetailShape,
  DeliveryList,
  DeliveryListQuery,
  DeliveryPath,
  RetryShape,
  showDelivery,
  showDeliveryDetail,
} from '../schemas/delivery.ts';
import { TenantPath } from '../schemas/tenant.ts';

const TAGS = ['Deliveries'];
const LIST = 'deliveries';

const NOT_RETRIED = {
  endpoint_gone: 'The endpoint of this delivery was deleted, so it cannot be tried again.',
  endpoint_disabled: 'The endpoint of this delivery is disabled; enable it first.',
};

/** Adds the routes of this file under `/v1`. */
export function deliveryRoutes(app: ApiServer, { engine, store, clock }: RouteParts): void {
  app.get(
    '/tenants/:tenant/deliveries',
    {
      schema: {
        operationId: 'listDeliveries',
        summary: 'List deliveries, newest first',
        tags: TAGS,
        params: TenantPath,
        querystring: DeliveryListQuery,
        response: { 200: DeliveryList },
      },
      config: { problems: ['not-found', 'invalid'] },
    },
    async ({ params, query }) => {
      const tenantId = pathTenant(params);
      const limit = pageLimit(query);
      const after = readCursor(LIST, query.cursor, parseId<DeliveryId>);
      const deliveries = await store.deliveries(tenantId, filterOf(tenantId, query), { limit: limit + 1, after });
      await requireTenant(store, tenantId, deliveries);
      return pageOf(
        LIST,
        deliveries,
        limit,
        ({ id }) => id,
        (delivery) => showDelivery(delivery, clock),
      );
    },
  );

  app.get(
    '/tenants/:tenant/deliveries/:delivery',
    {
      schema: {
        operationId: 'getDelivery',
        summary: 'Show a delivery with its attempts',
        tags: TAGS,
        params: DeliveryPath,
        response: { 200: DeliveryDetailShape },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }) => {
      const delivery = await store.delivery(pathTenant(params), pathDelivery(params));
      if (delivery === undefined) throw notFound('delivery');
      return showDeliveryDetail(delivery, clock);
    },
  );

  app.post(
    '/tenants/:tenant/deliveries/:delivery/retry',
    {
      preHandler: refuseBody,
      schema: {
        operationId: 'retryDelivery',
        summary: 'Make one more attempt now, whatever the state of the delivery',
        tags: TAGS,
        params: DeliveryPath,
        response: { 202: RetryShape },
      },
      config: { problems: ['not-found', 'conflict'] },
    },
    async ({ params }, reply) => {
      const id = pathDelivery(params);
      const answer = await engine.retry(pathTenant(params), id);
      if (answer === 'missing') throw notFound('delivery');
      if (answer === 'endpoint_gone' || answer === 'endpoint_disabled') {
        throw new Problem('conflict', { detail: NOT_RETRIED[answer] });
      }
      return reply.code(202).send({ id, retry: answer });
    },
  );
}

interface Query {
  readonly state?: DeliveryFilter['state'];
  readonly endpointId?: string;
  readonly eventId?: string;
  readonly eventType?: string;
  readonly attemptId?: string;
  readonly since?: string;
  readonly until?: string;
}

function filterOf(
  tenantId: TenantId,
  { state, endpointId, eventId, eventType, attemptId, ...times }: Query,
): DeliveryFilter {
  const endpoint = endpointId === undefined ? undefined : parseId<EndpointId>(endpointId);
  const event = eventId === undefined ? undefined : readEventId(tenantId, eventId)?.id;
  const attempt = attemptId === undefined ? undefined : parseId<AttemptId>(attemptId);
  return {
    ...(state !== undefined && { state }),
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(event !== undefined && { eventId: event }),
    ...(eventType !== undefined && { eventType }),
    ...(attempt !== undefined && { attemptId: attempt }),
    ...timeBounds(times),
  };
}
