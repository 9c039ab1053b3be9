// Tenants: create, change, list, show, delete.
import { parseTenantId } from '../../../domain/ids.ts';
import { answer, GONE, GONE_SHAPE, list, type Operation, ok, operation } from '../operation.ts';
import { invalid, notFound } from '../problems.ts';
import { PutTenantBody, showTenant, TenantList, TenantListQuery, TenantSchema } from '../schemas/tenant.ts';

const TAG = 'Tenants';
const ONE = '/tenants/:tenant';

const putTenant = operation('PUT', ONE, {
  operationId: 'putTenant',
  summary: 'Create or change a tenant',
  tag: TAG,
  chosen: 'tenant',
  body: PutTenantBody,
  answers: { 200: TenantSchema, 201: TenantSchema },
  work:
    ({ engine }) =>
    async ({ ids, body, by }) => {
      refuseLonger(body.retentionDays, engine.retentionDays);
      const { tenant, created } = await engine.putTenant(ids.tenant, body, by);
      return answer(created ? 201 : 200, showTenant(tenant));
    },
});

const listTenants = list('/tenants', {
  operationId: 'listTenants',
  summary: 'List tenants by id; search them by text',
  tag: TAG,
  list: 'tenants',
  query: TenantListQuery,
  page: TenantList,
  find:
    ({ store }) =>
    ({ query }, page) =>
      store.tenants(page, query.search),
  show: showTenant,
  keyOf: ({ id }) => id,
  readKey: parseTenantId,
});

const getTenant = operation('GET', ONE, {
  operationId: 'getTenant',
  summary: 'Show a tenant',
  tag: TAG,
  answers: { 200: TenantSchema },
  work:
    ({ store }) =>
    async ({ ids }) => {
      const tenant = await store.tenant(ids.tenant);
      if (tenant === undefined) throw notFound('tenant');
      return ok(showTenant(tenant));
    },
});

const deleteTenant = operation('DELETE', ONE, {
  operationId: 'deleteTenant',
  summary: 'Delete a tenant with everything that it owns; its pending deliveries are cancelled',
  tag: TAG,
  answers: GONE_SHAPE,
  work:
    ({ engine }) =>
    async ({ ids }) => {
      if (!(await engine.deleteTenant(ids.tenant))) throw notFound('tenant');
      return GONE;
    },
});

/** @throws Problem if a tenant would keep its events for longer than the installation does */
function refuseLonger(days: number | null | undefined, installationDays: number): void {
  if (days === undefined || days === null || days <= installationDays) return;
  const message = `must be from 1 to ${installationDays}, the days that this installation keeps history (POSTHORN_RETENTION_DAYS), or null for as many`;
  throw invalid({ field: 'retentionDays', message });
}

export const tenantOperations: readonly Operation[] = [putTenant, listTenants, getTenant, deleteTenant];
