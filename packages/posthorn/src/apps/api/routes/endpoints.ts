// Endpoints: create, list, show, change, delete, switch on and off, and their secrets.
import type { EndpointState } from '../../../domain/endpoint/endpoint.ts';
import { type EndpointId, parseId } from '../../../domain/ids.ts';
import { MAX_ENDPOINTS_PER_TENANT, type OpenEndpoint } from '../../../engine/engine.ts';
import { checkedSettings, newSettings } from '../endpoint-settings.ts';
import { answer, GONE, GONE_SHAPE, list, type Operation, ok, operation } from '../operation.ts';
import { notFound, Problem } from '../problems.ts';
import {
  CreatedEndpointShape,
  EndpointChangeBody,
  EndpointList,
  EndpointListQuery,
  EndpointSecretShape,
  EndpointShape,
  NewEndpointBody,
  showCreatedEndpoint,
  showEndpoint,
} from '../schemas/endpoint.ts';

const TAG = 'Endpoints';
const MANY = '/tenants/:tenant/endpoints';
const ONE = `${MANY}/:endpoint` as const;

const createEndpoint = operation('POST', MANY, {
  operationId: 'createEndpoint',
  summary: 'Create an endpoint',
  tag: TAG,
  body: NewEndpointBody,
  answers: { 201: CreatedEndpointShape },
  problems: ['conflict'],
  work:
    (parts) =>
    async ({ ids, body, claimId, by }) => {
      const named = checkedSettings(body, parts);
      const settings = newSettings(named.url ?? body.url, named, parts.random);
      const given = claimId === null ? undefined : parseId<EndpointId>(claimId);
      const created = await parts.engine.createEndpoint(ids.tenant, settings, by, given);
      if (created === 'unknown_tenant') throw notFound('tenant');
      if (created === 'too_many') {
        throw new Problem('conflict', {
          detail: `The tenant has ${MAX_ENDPOINTS_PER_TENANT} endpoints, which is as many as one may have. Delete some that are not in use.`,
        });
      }
      return answer(201, showCreatedEndpoint(created));
    },
});

const listEndpoints = list(MANY, {
  operationId: 'listEndpoints',
  summary: 'List endpoints, newest first, or those that have a text in them',
  tag: TAG,
  list: 'endpoints',
  query: EndpointListQuery,
  page: EndpointList,
  find:
    ({ engine }) =>
    ({ ids, query }, page) =>
      engine.openEndpoints(ids.tenant, page, query.search),
  show: showEndpoint,
  keyOf: ({ id }) => id,
  readKey: parseId<EndpointId>,
});

const getEndpoint = operation('GET', ONE, {
  operationId: 'getEndpoint',
  summary: 'Show an endpoint',
  tag: TAG,
  answers: { 200: EndpointShape },
  work:
    ({ engine }) =>
    async ({ ids }) =>
      ok(showEndpoint(known(await engine.openEndpoint(ids.tenant, ids.endpoint)))),
});

const changeEndpoint = operation('PATCH', ONE, {
  operationId: 'changeEndpoint',
  summary: 'Change settings of an endpoint',
  tag: TAG,
  body: EndpointChangeBody,
  answers: { 200: EndpointShape },
  work:
    (parts) =>
    async ({ ids, body, by }) => {
      const named = checkedSettings(body, parts);
      const { tenant, endpoint } = ids;
      const changed = await parts.engine.changeEndpoint(tenant, endpoint, (now) => ({ ...now, ...named }), by);
      return ok(showEndpoint(known(changed)));
    },
});

const deleteEndpoint = operation('DELETE', ONE, {
  operationId: 'deleteEndpoint',
  summary: 'Delete an endpoint; what is pending is cancelled, what was sent stays visible',
  tag: TAG,
  answers: GONE_SHAPE,
  work:
    ({ engine }) =>
    async ({ ids }) => {
      if (!(await engine.deleteEndpoint(ids.tenant, ids.endpoint))) throw notFound('endpoint');
      return GONE;
    },
});

const getEndpointSecret = operation('GET', `${ONE}/secret`, {
  operationId: 'getEndpointSecret',
  summary: 'Show the signing secret and the extra headers of an endpoint',
  tag: TAG,
  answers: { 200: EndpointSecretShape },
  work:
    ({ engine }) =>
    async ({ ids }) => {
      const { secrets, headers } = known(await engine.openEndpoint(ids.tenant, ids.endpoint));
      return ok({ secret: secrets[0], headers: { ...headers } });
    },
});

const enableEndpoint = switching('enable', 'active', 'Switch an endpoint on; deliveries that waited are due at once');
const disableEndpoint = switching(
  'disable',
  'disabled',
  'Switch an endpoint off; its deliveries wait, and events that come meanwhile are not for it',
);

function switching(word: 'enable' | 'disable', state: EndpointState, summary: string): Operation {
  return operation('POST', `${ONE}/${word}`, {
    operationId: `${word}Endpoint`,
    summary,
    tag: TAG,
    answers: { 200: EndpointShape },
    work:
      ({ engine }) =>
      async ({ ids }) => {
        const changed = await engine.setEndpointState(ids.tenant, ids.endpoint, state);
        return ok(showEndpoint(known(changed)));
      },
  });
}

function known(endpoint: OpenEndpoint | 'missing' | undefined): OpenEndpoint {
  if (endpoint === undefined || endpoint === 'missing') throw notFound('endpoint');
  return endpoint;
}

export const endpointOperations: readonly Operation[] = [
  createEndpoint,
  listEndpoints,
  getEndpoint,
  changeEndpoint,
  deleteEndpoint,
  getEndpointSecret,
  enableEndpoint,
  disableEndpoint,
];
