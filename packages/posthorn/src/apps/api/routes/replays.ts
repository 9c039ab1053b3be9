// Replays: count what one would be about, begin one, see how far it is, cancel it.
import type { Static } from 'typebox';
import { storedSubscriptions } from '../../../domain/event-type.ts';
import { type EndpointId, parseId, type ReplayId } from '../../../domain/ids.ts';
import { MAX_RUNNING_REPLAYS, type ReplayRefusal, type ReplayRequest } from '../../../engine/engine.ts';
import { overloaded } from '../failures.ts';
import { MAX_REPLAY_COUNTS } from '../limits.ts';
import { moment } from '../list-query.ts';
import { answer, list, type Operation, ok, operation } from '../operation.ts';
import { invalid, notFound, Problem } from '../problems.ts';
import {
  DryRunSchema,
  NewReplayBody,
  ReplayList,
  ReplayListQuery,
  ReplaySchema,
  showReplay,
} from '../schemas/replay.ts';

const TAG = 'Replays';
const MANY = '/tenants/:tenant/replays';
const ONE = `${MANY}/:replay` as const;

const createReplay = operation('POST', MANY, {
  operationId: 'createReplay',
  summary: 'Make one more attempt of many deliveries, or count them first',
  tag: TAG,
  body: NewReplayBody,
  answers: { 200: DryRunSchema, 201: ReplaySchema },
  problems: ['conflict'],
  work: ({ engine }) => {
    let counting = 0;
    return async ({ ids, body, claim }) => {
      const request = requestOf(body);
      if (counting >= MAX_REPLAY_COUNTS) throw overloaded(`${MAX_REPLAY_COUNTS} replays are being counted already.`);
      counting += 1;
      try {
        if (body.dryRun === true) {
          const total = await engine.countReplay(ids.tenant, request);
          if (typeof total === 'string') throw refused(total);
          return answer(200, { dryRun: true as const, total });
        }
        const replay = await engine.createReplay(ids.tenant, request, claim);
        if (typeof replay === 'string') throw refused(replay);
        return answer(201, showReplay(replay));
      } finally {
        counting -= 1;
      }
    };
  },
});

const listReplays = list(MANY, {
  operationId: 'listReplays',
  summary: 'List replays, newest first',
  tag: TAG,
  list: 'replays',
  query: ReplayListQuery,
  page: ReplayList,
  find:
    ({ store }) =>
    ({ ids }, page) =>
      store.replays(ids.tenant, page),
  show: showReplay,
  keyOf: ({ id }) => id,
  readKey: parseId<ReplayId>,
});

const getReplay = operation('GET', ONE, {
  operationId: 'getReplay',
  summary: 'Show the progress of a replay',
  tag: TAG,
  answers: { 200: ReplaySchema },
  work:
    ({ store }) =>
    async ({ ids }) => {
      const replay = await store.replay(ids.tenant, ids.replay);
      if (replay === undefined) throw notFound('replay');
      return ok(showReplay(replay));
    },
});

const cancelReplay = operation('POST', `${ONE}/cancel`, {
  operationId: 'cancelReplay',
  summary: 'Cancel a running replay; attempts that it has already started are still made',
  tag: TAG,
  answers: { 200: ReplaySchema },
  problems: ['conflict'],
  work:
    ({ engine }) =>
    async ({ ids, claim }) => {
      const cancelled = await engine.cancelReplay(ids.tenant, ids.replay, claim);
      if (cancelled === undefined) throw notFound('replay');
      const { kind, replay } = cancelled;
      if (kind === 'ended') throw new Problem('conflict', { detail: `The replay has ended: it is ${replay.state}.` });
      return ok(showReplay(replay));
    },
});

export const replayOperations: readonly Operation[] = [createReplay, listReplays, getReplay, cancelReplay];

function requestOf(body: Static<typeof NewReplayBody>): ReplayRequest {
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
        detail: `The tenant has ${MAX_RUNNING_REPLAYS} running replays, which is the limit. Wait until one has ended, or cancel one.`,
      });
  }
}
