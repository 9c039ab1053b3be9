// The parts that every route is made with: the server's type, what it works with, and its description.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { TSchema } from 'typebox';
import type { CallbackUrlRules } from '../../domain/callback-url.ts';
import type { HeaderNames } from '../../domain/profile.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Random } from '../../seams/random.ts';
import type { History } from '../../seams/store/history.ts';
import type { Registry } from '../../seams/store/registry.ts';
import type { Replays } from '../../seams/store/replays.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { LiveStream } from '../stream/live.ts';
import type { ProblemKind } from './problems.ts';

export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** The part of the engine that the API uses. */
export type ApiEngine = Pick<
  Engine,
  | 'accept'
  | 'createEndpoint'
  | 'changeEndpoint'
  | 'setEndpointState'
  | 'deleteEndpoint'
  | 'openEndpoint'
  | 'openEndpoints'
  | 'putTenant'
  | 'retentionDays'
  | 'deleteTenant'
  | 'erasePastSecrets'
  | 'testEndpoint'
  | 'delivery'
  | 'retry'
  | 'eraseEvent'
  | 'countReplay'
  | 'createReplay'
  | 'cancelReplay'
  | 'statistics'
  | 'troubles'
  | 'unready'
  | 'claims'
>;

/** The store calls that the API makes itself: reads. */
export type ApiStore = Pick<Registry, 'tenant' | 'tenants' | 'endpoint' | 'endpointByUid'> &
  Pick<History, 'events' | 'find' | 'event' | 'deliveries'> &
  Pick<Replays, 'replay' | 'replays'>;

export interface RouteParts {
  readonly engine: ApiEngine;
  readonly store: ApiStore;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  readonly stream: Pick<LiveStream, 'open' | 'close'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly callbackUrls: CallbackUrlRules;
  /** Bytes that a secret that is brought along must have. */
  readonly minSecretBytes: number;
  /** Of our own headers in calls: no endpoint may have such a header itself. */
  readonly headerNames: HeaderNames;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Problems of this route, besides those that every route may answer with. */
    problems?: readonly ProblemKind[];
    /** Shape of a body that the route takes apart itself, because its numbers must keep their digits. */
    rawBody?: TSchema;
    /** Levels of arrays and objects that stand around the payloads in such a body. */
    wrapping?: number;
  }
}
