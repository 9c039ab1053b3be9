// Endpoints: create, list, show, change, delete, switch on and off, and their secrets.
import { Type } from 'typebox';
import { type EndpointId, parseId, type TenantId } from '../../../domain/ids.ts';
import { MAX_ENDPOINTS_PER_TENANT } from '../../../engine/engine.ts';
import { refuseBody } from '../body-reader.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { checkedSettings, newSettings } from '../endpoint-settings.ts';
import { pageLimit } from '../list-query.ts';
import { pathEndpoint, pathTenant, requireTenant } from '../path-ids.ts';
import { notFound, Problem } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import {
  CreatedEndpointShape,
  EndpointChangeBody,
  EndpointList,
  EndpointListQuery,
  EndpointPath,
  EndpointSecretShape,
  EndpointShape,
  NewEndpointBody,
  showCreatedEndpoint,
  showEndpoint,
} from '../schemas/endpoint.ts';
import { TenantPath } from '../schemas/tenant.ts';

const TAGS = ['Endpoints'];
const LIST = 'endpoints';
const ONE = '/tenants/:tenant/endpoints/:endpoint';

/** Adds the routes of this file under `/v1`. */
export function endpointRoutes(app: ApiServer, parts: RouteParts): void {
  const { engine, store, random } = parts;

  const open = async (tenantId: TenantId, id: EndpointId) => {
    const endpoint = await engine.openEndpoint(tenantId, id);
    if (endpoint === undefined) throw notFound('endpoint');
    return endpoint;
  };

  app.post(
    '/tenants/:tenant/endpoints',
    {
      schema: {
        operationId: 'createEndpoint',
        summary: 'Create an endpoint',
        tags: TAGS,
        params: TenantPath,
        body: NewEndpointBody,
        response: { 201: CreatedEndpointShape },
      },
      config: { problems: ['not-found', 'conflict', 'invalid'] },
    },
    async ({ params, body }, reply) => {
      const tenantId = pathTenant(params);
      const named = checkedSettings(body, parts);
      const answer = await engine.createEndpoint(tenantId, newSettings(named.url ?? body.url, named, random));
      if (answer === 'unknown_tenant') throw notFound('tenant');
      if (answer === 'too_many') {
        throw new Problem('conflict', {
          detail: `The tenant has ${MAX_ENDPOINTS_PER_TENANT} endpoints, which is as many as one may have. Delete some that are not in use.`,
        });
      }
      return reply.code(201).send(showCreatedEndpoint(answer));
    },
  );

  app.get(
    '/tenants/:tenant/endpoints',
    {
      schema: {
        operationId: 'listEndpoints',
        summary: 'List endpoints, newest first',
        tags: TAGS,
        params: TenantPath,
        querystring: EndpointListQuery,
        response: { 200: EndpointList },
      },
      config: { problems: ['not-found', 'invalid'] },
    },
    async ({ params, query }) => {
      const tenantId = pathTenant(params);
      const limit = pageLimit(query);
      const after = readCursor(LIST, query.cursor, parseId<EndpointId>);
      const endpoints = await engine.openEndpoints(tenantId, { limit: limit + 1, after });
      await requireTenant(store, tenantId, endpoints);
      return pageOf(LIST, endpoints, limit, ({ id }) => id, showEndpoint);
    },
  );

  app.get(
    ONE,
    {
      schema: {
        operationId: 'getEndpoint',
        summary: 'Show an endpoint',
        tags: TAGS,
        params: EndpointPath,
        response: { 200: EndpointShape },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }) => showEndpoint(await open(pathTenant(params), pathEndpoint(params))),
  );

  app.patch(
    ONE,
    {
      schema: {
        operationId: 'changeEndpoint',
        summary: 'Change settings of an endpoint',
        tags: TAGS,
        params: EndpointPath,
        body: EndpointChangeBody,
        response: { 200: EndpointShape },
      },
      config: { problems: ['not-found', 'invalid'] },
    },
    async ({ params, body }) => {
      const [tenantId, id] = [pathTenant(params), pathEndpoint(params)];
      const named = checkedSettings(body, parts);
      const endpoint = await engine.changeEndpoint(tenantId, id, (current) => ({ ...current, ...named }));
      if (endpoint === 'missing') throw notFound('endpoint');
      return showEndpoint(endpoint);
    },
  );

  app.delete(
    ONE,
    {
      preHandler: refuseBody,
      schema: {
        operationId: 'deleteEndpoint',
        summary: 'Delete an endpoint; what is pending is cancelled, what was sent stays visible',
        tags: TAGS,
        params: EndpointPath,
        response: { 204: Type.Null({ description: 'It is gone.' }) },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }, reply) => {
      if (!(await engine.deleteEndpoint(pathTenant(params), pathEndpoint(params)))) throw notFound('endpoint');
      return reply.code(204).send(null);
    },
  );

  app.get(
    `${ONE}/secret`,
    {
      schema: {
        operationId: 'getEndpointSecret',
        summary: 'Show the signing secret and the extra headers of an endpoint',
        tags: TAGS,
        params: EndpointPath,
        response: { 200: EndpointSecretShape },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }) => {
      const { secrets, headers } = await open(pathTenant(params), pathEndpoint(params));
      return { secret: secrets[0], headers: { ...headers } };
    },
  );

  for (const [word, enabled, summary] of [
    ['enable', true, 'Switch an endpoint on; deliveries that waited are due at once'],
    ['disable', false, 'Switch an endpoint off; its deliveries wait, and events that come meanwhile are not for it'],
  ] as const) {
    app.post(
      `${ONE}/${word}`,
      {
        preHandler: refuseBody,
        schema: {
          operationId: `${word}Endpoint`,
          summary,
          tags: TAGS,
          params: EndpointPath,
          response: { 200: EndpointShape },
        },
        config: { problems: ['not-found'] },
      },
      async ({ params }) => {
        const [tenantId, id] = [pathTenant(params), pathEndpoint(params)];
        const endpoint = await engine.changeEndpoint(tenantId, id, (current) => ({ ...current, enabled }));
        if (endpoint === 'missing') throw notFound('endpoint');
        return showEndpoint(endpoint);
      },
    );
  }
}
