// Statistics: of everything, of one tenant, of one endpoint.
import type { TenantId } from '../../../domain/ids.ts';
import { parseTenantId } from '../../../domain/ids.ts';
import type { Scope } from '../../../domain/tally.ts';
import { pathEndpoint, pathTenant } from '../path-ids.ts';
import { notFound } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import { EndpointPath } from '../schemas/endpoint.ts';
import {
  AllStatisticsQuery,
  AllStatisticsShape,
  StatisticsQuery,
  StatisticsShape,
  showStatistics,
  showTrouble,
} from '../schemas/statistics.ts';

const TAGS = ['Statistics'];
const DEFAULT_SPAN = 'hour';

/** Adds the routes of this file under `/v1`. */
export function statisticsRoutes(app: ApiServer, { engine, store }: RouteParts): void {
  app.get(
    '/stats',
    {
      schema: {
        operationId: 'getStatistics',
        summary:
          'Counts, rates, durations and what is pending, of all tenants or of one, and the endpoints with most trouble',
        tags: TAGS,
        querystring: AllStatisticsQuery,
        response: { 200: AllStatisticsShape },
      },
      config: { problems: ['not-found', 'invalid'] },
    },
    async ({ query }) => {
      const { span = DEFAULT_SPAN } = query;
      const tenantId = await tenantOf(query);
      const scope: Scope = tenantId === null ? { kind: 'installation' } : { kind: 'tenant', tenantId };
      const statistics = await engine.statistics(scope, span);
      const troubles = await engine.troubles(tenantId, span);
      return { ...showStatistics(span, statistics, false), worst: troubles.map(showTrouble) };
    },
  );

  app.get(
    '/tenants/:tenant/endpoints/:endpoint/stats',
    {
      schema: {
        operationId: 'getEndpointStatistics',
        summary: 'Counts, rates, durations and what is pending, of an endpoint',
        tags: TAGS,
        params: EndpointPath,
        querystring: StatisticsQuery,
        response: { 200: StatisticsShape },
      },
      config: { problems: ['not-found', 'invalid'] },
    },
    async ({ params, query }) => {
      const { span = DEFAULT_SPAN } = query;
      const [tenantId, endpointId] = [pathTenant(params), pathEndpoint(params)];
      if ((await store.endpoint(tenantId, endpointId)) === undefined) throw notFound('endpoint');
      return showStatistics(span, await engine.statistics({ kind: 'endpoint', tenantId, endpointId }, span), true);
    },
  );

  async function tenantOf({ tenant }: { readonly tenant?: string }): Promise<TenantId | null> {
    if (tenant === undefined) return null;
    const id = parseTenantId(tenant);
    if (id === undefined || (await store.tenant(id)) === undefined) throw notFound('tenant');
    return id;
  }
}
