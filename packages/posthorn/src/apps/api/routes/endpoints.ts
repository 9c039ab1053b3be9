// Endpoints: create, put, list, show, change, delete, switch on and off, and their secrets.

import { parseCallbackUrl } from '../../../domain/callback-url.ts';
import type { EndpointState } from '../../../domain/endpoint/endpoint.ts';
import type { EndpointSettings } from '../../../domain/endpoint/settings.ts';
import { type EndpointId, parseId } from '../../../domain/ids.ts';
import { MAX_ENDPOINTS_PER_TENANT, type OpenEndpoint } from '../../../engine/engine.ts';
import { changedSettings, checkedSettings, newSettings, replacedSettings } from '../endpoint-settings.ts';
import { answer, GONE, GONE_SHAPE, list, type Operation, ok, operation } from '../operation.ts';
import { invalid, notFound, Problem } from '../problems.ts';
import type { RouteParts } from '../route.ts';
import {
  ChangedEndpointSchema,
  CreatedEndpointSchema,
  EndpointChangeBody,
  EndpointList,
  EndpointListQuery,
  EndpointSchema,
  EndpointSecretSchema,
  ErasedSecretsSchema,
  NewEndpointBody,
  PutEndpointBody,
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
  answers: { 201: CreatedEndpointSchema },
  problems: ['conflict'],
  work:
    (parts) =>
    async ({ ids, body, claim, by }) => {
      const named = checkedSettings(body, parts);
      const settings = newSettings(named.url ?? body.url, named, parts.random);
      const created = made(await parts.engine.createEndpoint(ids.tenant, settings, by, { claim }));
      return answer(201, showCreatedEndpoint(created, await warningsOf(parts, created)));
    },
});

const putEndpoint = operation('PUT', ONE, {
  operationId: 'putEndpoint',
  summary: 'Create an endpoint under an id of your own, or replace its settings',
  tag: TAG,
  chosen: 'endpoint',
  body: PutEndpointBody,
  answers: { 200: ChangedEndpointSchema, 201: CreatedEndpointSchema },
  problems: ['conflict'],
  work:
    (parts) =>
    async ({ ids, body, by }) => {
      const { engine, store, random } = parts;
      const { tenant, endpoint: uid } = ids;
      const named = checkedSettings(body, parts);
      for (;;) {
        const id = await store.endpointByUid(tenant, uid);
        if (id === undefined) {
          const settings = newSettings(named.url ?? body.url, named, random);
          const created = await engine.createEndpoint(tenant, settings, by, { uid });
          // Somebody else was faster: it is to be replaced.
          if (created === 'uid_taken') continue;
          return answer(201, showCreatedEndpoint(made(created), await warningsOf(parts, made(created))));
        }
        const replace = (now: EndpointSettings) => replacedSettings(now, named, body.keepSecret === true);
        const replaced = await engine.changeEndpoint(tenant, id, replace, by);
        // It was deleted meanwhile: it is to be created.
        if (replaced === 'missing') continue;
        return answer(200, { ...showEndpoint(replaced), warnings: await warningsOf(parts, replaced) });
      }
    },
});

const listEndpoints = list(MANY, {
  operationId: 'listEndpoints',
  summary: 'List endpoints, newest first; search them by text or URL',
  tag: TAG,
  list: 'endpoints',
  query: EndpointListQuery,
  page: EndpointList,
  find:
    ({ engine, callbackUrls }) =>
    ({ ids, query: { url, search } }, page) =>
      engine.openEndpoints(ids.tenant, page, {
        url: url === undefined ? undefined : canonical(url, callbackUrls),
        search,
      }),
  show: showEndpoint,
  keyOf: ({ id }) => id,
  readKey: parseId<EndpointId>,
});

const getEndpoint = operation('GET', ONE, {
  operationId: 'getEndpoint',
  summary: 'Show an endpoint',
  tag: TAG,
  answers: { 200: EndpointSchema },
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
  answers: { 200: ChangedEndpointSchema },
  work:
    (parts) =>
    async ({ ids, body, by }) => {
      const named = checkedSettings(body, parts);
      const { tenant, endpoint } = ids;
      const change = (now: EndpointSettings) => changedSettings(now, named, body.keepSecret === true);
      const changed = known(await parts.engine.changeEndpoint(tenant, endpoint, change, by));
      return ok({ ...showEndpoint(changed), warnings: await warningsOf(parts, changed) });
    },
});

const deleteEndpoint = operation('DELETE', ONE, {
  operationId: 'deleteEndpoint',
  summary: 'Delete an endpoint; its pending deliveries are cancelled, past deliveries stay visible',
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
  answers: { 200: EndpointSecretSchema },
  work:
    ({ engine }) =>
    async ({ ids }) => {
      const { secrets, headers } = known(await engine.openEndpoint(ids.tenant, ids.endpoint));
      return ok({ secret: secrets[0], headers: { ...headers } });
    },
});

const erasePastSecrets = operation('DELETE', `${ONE}/secrets/previous`, {
  operationId: 'erasePastSecrets',
  summary: 'Erase the secrets that an endpoint had earlier; signatures made with them cannot be shown any more',
  tag: TAG,
  answers: { 200: ErasedSecretsSchema },
  work:
    ({ engine }) =>
    async ({ ids, by }) => {
      const erased = await engine.erasePastSecrets(ids.tenant, ids.endpoint, by);
      if (erased === 'missing') throw notFound('endpoint');
      return ok({ erased });
    },
});

const enableEndpoint = switching('enable', 'active', 'Enable an endpoint; its paused deliveries become due at once');
const disableEndpoint = switching(
  'disable',
  'disabled',
  'Disable an endpoint; its pending deliveries are paused, and new events are not matched to it',
);

function switching(word: 'enable' | 'disable', state: EndpointState, summary: string): Operation {
  return operation('POST', `${ONE}/${word}`, {
    operationId: `${word}Endpoint`,
    summary,
    tag: TAG,
    answers: { 200: EndpointSchema },
    work:
      ({ engine }) =>
      async ({ ids, claim }) => {
        const changed = await engine.setEndpointState(ids.tenant, ids.endpoint, state, claim);
        return ok(showEndpoint(known(changed)));
      },
  });
}

function known(endpoint: OpenEndpoint | 'missing' | undefined): OpenEndpoint {
  if (endpoint === undefined || endpoint === 'missing') throw notFound('endpoint');
  return endpoint;
}

function made(created: Awaited<ReturnType<RouteParts['engine']['createEndpoint']>>): OpenEndpoint {
  switch (created) {
    case 'unknown_tenant':
      throw notFound('tenant');
    case 'too_many':
      throw new Problem('conflict', {
        detail: `The tenant has ${MAX_ENDPOINTS_PER_TENANT} endpoints, which is the limit. Delete some that are not in use.`,
      });
    case 'uid_taken':
      throw new Problem('conflict', { detail: 'Another endpoint of the tenant has this id.' });
    case 'deleted':
      throw new Problem('not-found', { detail: 'The endpoint that this request made has been deleted since.' });
    default:
      return created;
  }
}

/** The same endpoint created twice delivers everything twice: the answer that creates the second one says so. */
async function warningsOf({ engine }: RouteParts, { id, tenantId, url }: OpenEndpoint): Promise<string[]> {
  const twins = await engine.openEndpoints(tenantId, { limit: 3, after: null }, { url });
  return twins
    .filter((twin) => twin.id !== id)
    .map(
      (twin) => `Endpoint ${twin.uid ?? twin.id} has the same URL. An event that both want is delivered to it twice.`,
    );
}

/** @throws Problem when no endpoint can have this URL */
function canonical(url: string, rules: RouteParts['callbackUrls']): string {
  const read = parseCallbackUrl(url, rules);
  if (!read.ok) throw invalid({ field: 'query.url', message: read.reason });
  return read.url;
}

export const endpointOperations: readonly Operation[] = [
  createEndpoint,
  putEndpoint,
  listEndpoints,
  getEndpoint,
  changeEndpoint,
  deleteEndpoint,
  getEndpointSecret,
  erasePastSecrets,
  enableEndpoint,
  disableEndpoint,
];
