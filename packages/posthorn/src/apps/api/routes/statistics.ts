// Statistics: of everything, of one tenant, of one endpoint.
import type { TenantId } from '../../../domain/ids.ts';
import { parseTenantId } from '../../../domain/ids.ts';
import type { Scope } from '../../../domain/tally.ts';
import { type Operation, ok, operation } from '../operation.ts';
import { notFound } from '../problems.ts';
import type { RouteParts } from '../route.ts';
import {
  AllStatisticsQuery,
  AllStatisticsSchema,
  StatisticsQuery,
  StatisticsSchema,
  showStatistics,
  showTrouble,
} from '../schemas/statistics.ts';

const TAG = 'Statistics';
const DEFAULT_SPAN = 'hour';

const getStatistics = operation('GET', '/stats', {
  operationId: 'getStatistics',
  summary:
    'Show counts, rates, durations and pending deliveries of all tenants or of one, and the endpoints with most trouble',
  tag: TAG,
  query: AllStatisticsQuery,
  answers: { 200: AllStatisticsSchema },
  problems: ['not-found'],
  work:
    ({ engine, store }) =>
    async ({ query }) => {
      const { span = DEFAULT_SPAN } = query;
      const tenantId = await tenantOf(query, store);
      const scope: Scope = tenantId === null ? { kind: 'installation' } : { kind: 'tenant', tenantId };
      const statistics = await engine.statistics(scope, span);
      const troubles = await engine.troubles(tenantId, span);
      return ok({ ...showStatistics(span, statistics, false), worst: troubles.map(showTrouble) });
    },
});

const getEndpointStatistics = operation('GET', '/tenants/:tenant/endpoints/:endpoint/stats', {
  operationId: 'getEndpointStatistics',
  summary: 'Show counts, rates, durations and pending deliveries of an endpoint',
  tag: TAG,
  query: StatisticsQuery,
  answers: { 200: StatisticsSchema },
  work:
    ({ engine, store }) =>
    async ({ ids, query }) => {
      const { span = DEFAULT_SPAN } = query;
      const [tenantId, endpointId] = [ids.tenant, ids.endpoint];
      if ((await store.endpoint(tenantId, endpointId)) === undefined) throw notFound('endpoint');
      return ok(showStatistics(span, await engine.statistics({ kind: 'endpoint', tenantId, endpointId }, span), true));
    },
});

export const statisticsOperations: readonly Operation[] = [getStatistics, getEndpointStatistics];

async function tenantOf(
  { tenant }: { readonly tenant?: string },
  store: Pick<RouteParts['store'], 'tenant'>,
): Promise<TenantId | null> {
  if (tenant === undefined) return null;
  const id = parseTenantId(tenant);
  if (id === undefined || (await store.tenant(id)) === undefined) throw notFound('tenant');
  return id;
}
