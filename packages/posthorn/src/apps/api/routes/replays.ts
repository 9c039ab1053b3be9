// Replays: count what one would be about, begin one, see how far it is, cancel it.
import type { Static } from 'typebox';
import { storedSubscriptions } from '../../../domain/event-type.ts';
import { type EndpointId, parseId, type ReplayId } from '../../../domain/ids.ts';
import { MAX_RUNNING_REPLAYS, type ReplayRefusal, type ReplayRequest } from '../../../engine/engine.ts';
import { refuseBody } from '../body-reader.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { overloaded } from '../failures.ts';
import { MAX_REPLAY_COUNTS } from '../limits.ts';
import { moment, pageLimit } from '../list-query.ts';
import { pathReplay, pathTenant, requireTenant } from '../path-ids.ts';
import { invalid, notFound, Problem } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import {
  DryRunShape,
  NewReplayBody,
  ReplayList,
  ReplayListQuery,
  ReplayPath,
  ReplayShape,
  showReplay,
} from '../schemas/replay.ts';
import { TenantPath } from '../schemas/tenant.ts';

const TAGS = ['Replays'];
const LIST = 'replays';
const MANY = '/tenants/:tenant/replays';
const ONE = `${MANY}/:replay`;

/** Adds the routes of this file under `/v1`. */
export function replayRoutes(app: ApiServer, { engine, store }: RouteParts): void {
  let counting = 0;

  app.post(
    MANY,
    {
      schema: {
        operationId: 'createReplay',
        summary: 'Make one more attempt of many deliveries, or count them first',
        tags: TAGS,
        params: TenantPath,
        body: NewReplayBody,
        response: { 200: DryRunShape, 201: ReplayShape },
      },
      config: { problems: ['not-found', 'conflict', 'invalid'] },
    },
    async ({ params, body }, reply) => {
      const tenantId = pathTenant(params);
      const wish = wishOf(body);
      if (counting >= MAX_REPLAY_COUNTS) throw overloaded(`${MAX_REPLAY_COUNTS} replays are being counted already.`);
      counting += 1;
      try {
        if (body.dryRun === true) {
          const total = await engine.countReplay(tenantId, wish);
          if (typeof total === 'string') throw refused(total);
          return reply.code(200).send({ dryRun: true as const, total });
        }
        const replay = await engine.createReplay(tenantId, wish);
        if (typeof replay === 'string') throw refused(replay);
        return reply.code(201).send(showReplay(replay));
      } finally {
        counting -= 1;
      }
    },
  );

  app.get(
    MANY,
    {
      schema: {
        operationId: 'listReplays',
        summary: 'List replays, newest first',
        tags: TAGS,
        params: TenantPath,
        querystring: ReplayListQuery,
        response: { 200: ReplayList },
      },
      config: { problems: ['not-found', 'invalid'] },
    },
    async ({ params, query }) => {
      const tenantId = pathTenant(params);
      const limit = pageLimit(query);
      const after = readCursor(LIST, query.cursor, parseId<ReplayId>);
      const replays = await store.replays(tenantId, { limit: limit + 1, after });
      await requireTenant(store, tenantId, replays);
      return pageOf(LIST, replays, limit, ({ id }) => id, showReplay);
    },
  );

  app.get(
    ONE,
    {
      schema: {
        operationId: 'getReplay',
        summary: 'Show how far a replay has come',
        tags: TAGS,
        params: ReplayPath,
        response: { 200: ReplayShape },
      },
      config: { problems: ['not-found'] },
    },
    async ({ params }) => {
      const replay = await store.replay(pathTenant(params), pathReplay(params));
      if (replay === undefined) throw notFound('replay');
      return showReplay(replay);
    },
  );

  app.post(
    `${ONE}/cancel`,
    {
      preHandler: refuseBody,
      schema: {
        operationId: 'cancelReplay',
        summary: 'End a running replay; what it has set in motion is attempted all the same',
        tags: TAGS,
        params: ReplayPath,
        response: { 200: ReplayShape },
      },
      config: { problems: ['not-found', 'conflict'] },
    },
    async ({ params }) => {
      const answer = await engine.cancelReplay(pathTenant(params), pathReplay(params));
      if (answer === undefined) throw notFound('replay');
      const { kind, replay } = answer;
      if (kind === 'ended') throw new Problem('conflict', { detail: `The replay has ended: it is ${replay.state}.` });
      return showReplay(replay);
    },
  );
}

function wishOf(body: Static<typeof NewReplayBody>): ReplayRequest {
  const { endpointId, states = ['exhausted'], ratePerSecond } = body;
  const eventTypes = body.eventTypes === undefined ? undefined : storedSubscriptions(body.eventTypes);
  const since = body.since === undefined ? undefined : moment('since', body.since);
  const until = body.until === undefined ? undefined : moment('until', body.until);
  if (since !== undefined && until !== undefined && since >= until) {
    throw invalid({ field: 'until', message: 'must be later than since' });
  }
  const endpoint = endpointId === undefined ? undefined : parseId<EndpointId>(endpointId);
  return { endpointId: endpoint, eventTypes, states, since, until, ratePerSecond };
}

function refused(refusal: ReplayRefusal | 'too_many'): Problem {
  switch (refusal) {
    case 'unknown_tenant':
      return notFound('tenant');
    case 'unknown_endpoint':
      return invalid({ field: 'endpointId', message: 'must be the id of an endpoint of this tenant' });
    case 'endpoint_disabled':
      return new Problem('conflict', {
        detail: 'The endpoint is disabled, so nothing can be replayed to it; enable it first.',
      });
    case 'too_many':
      return new Problem('conflict', {
        detail: `The tenant has ${MAX_RUNNING_REPLAYS} replays running, which is as many as one may have. Wait until one has ended, or cancel one.`,
      });
  }
}
