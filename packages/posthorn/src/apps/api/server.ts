// The HTTP API, put together: who may come in, how bodies are read, which routes there are, how failures are answered. It
// builds a server that does not listen yet.
import type { IncomingMessage } from 'node:http';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify';
import type { Sessions as SessionStore } from '../../seams/store/sessions.ts';
import { type PageFiles, pageRoutes } from '../dashboard/pages.ts';
import type { Log } from '../logging/log.ts';
import type { PublicUrl } from '../settings/public-url.ts';
import { ApiKeys } from './access/api-keys.ts';
import { type Access, requireKey } from './access/authentication.ts';
import { SessionCookies } from './access/cookie.ts';
import { sessionRoutes } from './access/session-routes.ts';
import { Sessions } from './access/sessions.ts';
import { readJsonOnly, refuseEncoded } from './body-reader.ts';
import { limitBodies } from './body-room.ts';
import { docs } from './docs.ts';
import { answerExpectation, answerFailures, answerUnreadable } from './failures.ts';
import { refuseConfusion } from './hosts.ts';
import { KnownPaths } from './known-paths.ts';
import {
  KEEP_ALIVE_TIMEOUT_MS,
  MAX_HEADER_BYTES,
  MAX_REQUEST_BYTES,
  MAX_REQUESTS_PER_SOCKET,
  OVERDUE_CHECK_MS,
  REQUEST_TIMEOUT_MS,
  SOCKET_IDLE_TIMEOUT_MS,
} from './limits.ts';
import { openApiOptions } from './openapi.ts';
import type { Operation } from './operation.ts';
import { Problem, sendProblem } from './problems.ts';
import type { RouteParts } from './route.ts';
import { deliveryOperations } from './routes/deliveries.ts';
import { endpointOperations } from './routes/endpoints.ts';
import { eventOperations } from './routes/events.ts';
import { findOperations } from './routes/find.ts';
import { healthOperations } from './routes/health.ts';
import { metricsRoute } from './routes/metrics.ts';
import { replayOperations } from './routes/replays.ts';
import { statisticsOperations } from './routes/statistics.ts';
import { streamRoute } from './routes/stream.ts';
import { tenantOperations } from './routes/tenants.ts';
import { testEndpoint } from './routes/test.ts';
import { compileSchema } from './validation.ts';

export interface ApiParts extends RouteParts {
  /** SHA-256 digests of the keys that callers may use, 32 bytes each. */
  readonly apiKeyHashes: readonly Uint8Array[];
  /** Who is signed in. */
  readonly sessionStore: SessionStore;
  /** Host names that requests may be for, see `LOOPBACK_HOSTS`; `undefined` allows every one. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Where browsers come to, if anybody has said so. */
  readonly publicUrl?: PublicUrl | undefined;
  readonly version: string;
  /** The dashboard; without it there are no pages. */
  readonly pages?: PageFiles | undefined;
  /** Told of defects only, each once. */
  readonly log: Pick<Log, 'write'>;
}

/** Everything under `/v1` but the stream, in the order of the reference. */
const OPERATIONS: readonly Operation[] = [
  ...tenantOperations,
  ...endpointOperations,
  testEndpoint,
  ...eventOperations,
  ...deliveryOperations,
  ...replayOperations,
  ...statisticsOperations,
  ...findOperations,
];

/** Answers may hold secrets and what strangers sent: no cache keeps them, no browser guesses what they are. */
const ANSWER_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Builds the server. `listen` makes it listen; `close` lets requests under way end and then closes it. */
export function createApi(parts: ApiParts): FastifyInstance {
  const app = fastify({
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_REQUEST_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionTimeout: SOCKET_IDLE_TIMEOUT_MS,
    maxRequestsPerSocket: MAX_REQUESTS_PER_SOCKET,
    http: {
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: OVERDUE_CHECK_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    // The reader of an id decides what it may look like; the head's size bounds the path.
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    // Requests that arrive on open connections while we close are answered, with `connection: close`.
    return503OnClosing: false,
    clientErrorHandler: answerUnreadable,
    // A proxy may leave the public URL's path on what it passes on, or take it away.
    rewriteUrl: ({ url = '' }: IncomingMessage) => withoutPath(url, parts.publicUrl?.path ?? ''),
    // No hook has run by then.
    frameworkErrors: (error, request, reply) => answer(error, request, reply.headers(ANSWER_HEADERS)),
  }).withTypeProvider<TypeBoxTypeProvider>();
  const answer = answerFailures(parts.random, parts.log);
  const paths = new KnownPaths();
  const keys = new ApiKeys(parts.apiKeyHashes, parts.clock);
  const { publicUrl } = parts;
  const access: Access = {
    keys,
    sessions: new Sessions(parts.sessionStore, keys, parts.clock, parts.random),
    cookies: new SessionCookies(publicUrl),
    publicUrl,
  };
  const room = limitBodies();
  app.server.on('checkExpectation', answerExpectation);

  readJsonOnly(app);
  app.setValidatorCompiler(compileSchema);
  app.setErrorHandler(answer);
  app.addHook('onRoute', ({ url, method }) => paths.add(url, [method].flat()));
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(ANSWER_HEADERS);
    done();
  });
  // Streams have no end of their own, and closing waits for every request.
  app.addHook('preClose', () => parts.stream.close());
  app.addHook('onRequest', refuseConfusion(parts.allowedHosts));

  const answerUnknown = (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = paths.methodsOf(path);
    const meant = paths.suggestion(request.method, path);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    if (methods.length === 0) throw new Problem('not-found', { detail: `There is no such path.${hint}` });
    const allow = methods.join(', ');
    const detail = `This path has the methods ${allow}.${hint}`;
    return sendProblem(reply, 'method-not-allowed', { detail, headers: { allow } });
  };
  app.setNotFoundHandler(answerUnknown);

  app.register(swagger, openApiOptions(parts.version));
  app.register(docs, { publicUrl: publicUrl?.href });
  const { pages } = parts;
  if (pages !== undefined) app.register(async (open) => pageRoutes(open, pages, publicUrl?.path ?? ''));
  app.register(async (open) =>
    sessionRoutes(open.withTypeProvider<TypeBoxTypeProvider>(), { ...parts, ...access, limitBodies: room }),
  );
  app.register(async (plain) => {
    const open = plain.withTypeProvider<TypeBoxTypeProvider>();
    for (const add of healthOperations(parts.version)) add(open, parts);
    metricsRoute(open, parts);
  });
  app.register(
    async (plain) => {
      const v1 = plain.withTypeProvider<TypeBoxTypeProvider>();
      v1.addHook('onRequest', requireKey(access));
      v1.addHook('onRequest', refuseEncoded);
      v1.addHook('onRequest', room);
      v1.setNotFoundHandler(answerUnknown);
      for (const add of OPERATIONS) add(v1, parts);
      streamRoute(v1, parts, access);
    },
    { prefix: '/v1' },
  );
  return app;
}

/** A request target without the public URL's path, if it has that. */
function withoutPath(target: string, path: string): string {
  return path !== '' && target.startsWith(`${path}/`) ? target.slice(path.length) : target;
}
