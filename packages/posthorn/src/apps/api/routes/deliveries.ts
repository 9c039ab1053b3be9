// Deliveries: list, show with attempts, ask for one more attempt.
import type { DeliveryState } from '../../../domain/delivery.ts';
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  parseId,
  readEventId,
  type TenantId,
} from '../../../domain/ids.ts';
import { type Outcome, readStatuses } from '../../../domain/outcome.ts';
import type { DeliveryFilter } from '../../../seams/store/history.ts';
import { timeBounds } from '../list-query.ts';
import { answer, list, type Operation, ok, operation } from '../operation.ts';
import { notFound, Problem } from '../problems.ts';
import {
  DeliveryDetailSchema,
  DeliveryList,
  DeliveryListQuery,
  RetrySchema,
  showDelivery,
  showDeliveryDetail,
} from '../schemas/delivery.ts';

const TAG = 'Deliveries';
const ONE = '/tenants/:tenant/deliveries/:delivery';

const NOT_RETRIED = {
  endpoint_gone: 'The endpoint of this delivery was deleted, so it cannot be tried again.',
  endpoint_disabled: 'The endpoint of this delivery is disabled; enable it first.',
  erased: 'The payload of this event was erased, so there is nothing to send.',
};

const listDeliveries = list('/tenants/:tenant/deliveries', {
  operationId: 'listDeliveries',
  summary: 'List deliveries, newest first',
  tag: TAG,
  list: 'deliveries',
  query: DeliveryListQuery,
  page: DeliveryList,
  find:
    ({ store }) =>
    async ({ ids, query }, page) =>
      await store.deliveries(ids.tenant, filterOf(ids.tenant, query), page),
  show: (delivery, { clock }) => showDelivery(delivery, clock),
  keyOf: ({ id }) => id,
  readKey: parseId<DeliveryId>,
});

const getDelivery = operation('GET', ONE, {
  operationId: 'getDelivery',
  summary: 'Show a delivery with its attempts, each with the request that was sent',
  tag: TAG,
  answers: { 200: DeliveryDetailSchema },
  work:
    ({ engine, clock }) =>
    async ({ ids }) => {
      const delivery = await engine.delivery(ids.tenant, ids.delivery);
      if (delivery === undefined) throw notFound('delivery');
      return ok(showDeliveryDetail(delivery, clock));
    },
});

const retryDelivery = operation('POST', `${ONE}/retry`, {
  operationId: 'retryDelivery',
  summary: 'Make one more attempt now, whatever the state of the delivery',
  tag: TAG,
  answers: { 202: RetrySchema },
  problems: ['conflict'],
  work:
    ({ engine }) =>
    async ({ ids, claim }) => {
      const retry = await engine.retry(ids.tenant, ids.delivery, claim);
      if (retry === 'missing') throw notFound('delivery');
      if (retry === 'endpoint_gone' || retry === 'endpoint_disabled' || retry === 'erased') {
        throw new Problem('conflict', { detail: NOT_RETRIED[retry] });
      }
      return answer(202, { id: ids.delivery, retry });
    },
});

export const deliveryOperations: readonly Operation[] = [listDeliveries, getDelivery, retryDelivery];

interface Query {
  readonly state?: DeliveryState[];
  readonly outcome?: Outcome[];
  readonly status?: string[];
  readonly endpointId?: string;
  readonly eventId?: string;
  readonly eventType?: string;
  readonly key?: string;
  readonly attemptId?: string;
  readonly since?: string;
  readonly until?: string;
}

function filterOf(
  tenantId: TenantId,
  { state, outcome, status, endpointId, eventId, eventType, key, attemptId, ...times }: Query,
): DeliveryFilter {
  const endpoint = endpointId === undefined ? undefined : parseId<EndpointId>(endpointId);
  const event = eventId === undefined ? undefined : readEventId(tenantId, eventId)?.id;
  const attempt = attemptId === undefined ? undefined : parseId<AttemptId>(attemptId);
  return {
    ...(state !== undefined && { states: state }),
    ...(outcome !== undefined && { outcomes: outcome }),
    ...(status !== undefined && { statuses: status.flatMap((text) => readStatuses(text) ?? []) }),
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(event !== undefined && { eventId: event }),
    ...(eventType !== undefined && { eventType }),
    ...(key !== undefined && { key }),
    ...(attempt !== undefined && { attemptId: attempt }),
    ...timeBounds(times),
  };
}
