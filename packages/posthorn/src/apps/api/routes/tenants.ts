// Tenants: create, rename, list, show, delete.
import { Type } from 'typebox';
import { parseTenantId } from '../../../domain/ids.ts';
import { refuseBody } from '../body-reader.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { pageLimit } from '../list-query.ts';
import { pathTenant } from '../path-ids.ts';
import { invalid, notFound } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import {
  PutTenantBody,
  showTenant,
  TENANT_ID_RULE,
  TenantList,
  TenantListQuery,
  TenantPath,
  TenantShape,
} from '../schemas/tenant.ts';

const TAGS = ['Tenants'];
const LIST = 'tenants';

/** Adds the routes of this file under `/v1`. */
export function tenantRoutes(app: ApiServer, { engine, store, clock }: RouteParts): void {
  app.put(
    '/tenants/:tenant',
    {
      schema: {
        operationId: 'putTenant',
        summary: 'Create or rename a tenant',
        tags: TAGS,
        params: TenantPath,
        body: PutTenantBody,
        response: { 200: TenantShape, 201: TenantShape },
      },
      config: { problems: ['invalid'] },
    },
    async (request, reply) => {
      const id = parseTenantId(request.params.tenant);
      if (id === undefined) throw invalid({ field: 'path.tenant', message: `must be ${TENANT_ID_RULE}` });
      const { tenant, created } = await store.putTenant(id, request.body.name, clock.wallNow());
      return reply.code(created ? 201 : 200).send(showTenant(tenant));
    },
  );

  app.get(
    '/tenants',
    {
      schema: {
        operationId: 'listTenants',
        summary: 'List tenants, by id',
        tags: TAGS,
        querystring: TenantListQuery,
        response: { 200: TenantList },
      },
      config: { problems: ['invalid'] },
    },
    async ({ query }) => {
      const limit = pageLimit(query);
      const after = readCursor(LIST, query.cursor, parseTenantId);
      const tenants = await store.tenants({ limit: limit + 1, after });
      return pageOf(LIST, tenants, limit, ({ id }) => id, showTenant);
    },
  );

  app.get(
    '/tenants/:tenant',
    {
      schema: {
        operationId: 'getTenant',
        summary: 'Show a tenant',
        tags: TAGS,
        params: TenantPath,
        response: { 200: TenantShape },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }) => {
      const tenant = await store.tenant(pathTenant(params));
      if (tenant === undefined) throw notFound('tenant');
      return showTenant(tenant);
    },
  );

  app.delete(
    '/tenants/:tenant',
    {
      preHandler: refuseBody,
      schema: {
        operationId: 'deleteTenant',
        summary: 'Delete a tenant with all that it owns; what is pending is cancelled',
        tags: TAGS,
        params: TenantPath,
        response: { 204: Type.Null({ description: 'It is gone.' }) },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }, reply) => {
      if (!(await engine.deleteTenant(pathTenant(params)))) throw notFound('tenant');
      return reply.code(204).send(null);
    },
  );
}
