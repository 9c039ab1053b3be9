// The live stream as server-sent events. Who may read is decided as everywhere under /v1, by the header: a key in the URL
// would end up in logs.
import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { type EndpointId, parseId, parseTenantId } from '../../../domain/ids.ts';
import { steady } from '../../../domain/time.ts';
import type { Clock } from '../../../seams/clock.ts';
import { MAX_READERS } from '../../stream/live.ts';
import type { Access } from '../access/authentication.ts';
import { overloaded } from '../failures.ts';
import { invalid } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import { CLOSED, uuid } from '../schemas/fields.ts';

/** Who has signed out, or was signed out, reads on for no longer than this, in milliseconds. */
export const SESSION_CHECK_MS = 10_000;

const StreamQuery = Type.Object(
  {
    tenant: Type.Optional(Type.String({ maxLength: 64, description: 'Only events and attempts of this tenant.' })),
    endpointId: Type.Optional(uuid('Only attempts to this endpoint.')),
  },
  CLOSED,
);

const StreamHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ description: 'Id of the last message that you received. The messages after it are sent first.' }),
  ),
});

/** Adds the route of this file under `/v1`. @param access of readers without a key */
export function streamRoute(
  app: ApiServer,
  { stream, clock }: RouteParts,
  { sessions, cookies }: Pick<Access, 'sessions' | 'cookies'>,
): void {
  app.get(
    '/stream',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamEvents',
        summary: 'Stream the events and attempts of this process as they happen, as server-sent events',
        tags: ['Deliveries'],
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: {
          200: {
            description: 'Messages ready, reset, accepted, started and attempted. The stream does not end by itself.',
            content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
        },
      },
      config: { problems: ['invalid'] },
    },
    async (request, reply) => {
      const { query, headers } = request;
      const tenantId = query.tenant === undefined ? undefined : parseTenantId(query.tenant);
      if (query.tenant !== undefined && tenantId === undefined) {
        throw invalid({ field: 'query.tenant', message: 'must be a tenant id: 1 to 64 of A-Z a-z 0-9 . _ -' });
      }
      const endpointId = query.endpointId === undefined ? undefined : parseId<EndpointId>(query.endpointId);
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      reply.raw.once('close', resolve);
      const cut = () => void reply.raw.destroy();
      const messages = stream.open({ tenantId, endpointId }, headers['last-event-id'], gone, cut);
      if (messages === undefined) {
        throw overloaded(`There are ${MAX_READERS} readers of the stream already, or the service is stopping.`);
      }
      const token = headers.authorization === undefined ? cookies.token(request) : undefined;
      if (token !== undefined) {
        const stopWatching = watch(clock, () => sessions.goesOn(token), cut);
        void gone.then(stopWatching);
      }
      // The connection ends with the stream, so that a service that stops need not wait for it.
      return reply.headers({ 'x-accel-buffering': 'no', connection: 'close' }).type('text/event-stream').send(messages);
    },
  );
}

/** A stream is asked for once and goes on: whether its reader still may read it is looked at now and then. */
function watch(clock: Clock, goesOn: () => Promise<boolean>, end: () => void): () => void {
  let cancel = () => {};
  let isOver = false;
  const look = () => {
    if (isOver) return;
    cancel = clock.timer(steady(clock.now() + SESSION_CHECK_MS), () => {
      // Without an answer of the store nobody knows, and the reader asks anew.
      goesOn().then((yes) => (yes ? look() : end()), end);
    });
  };
  look();
  return () => {
    isOver = true;
    cancel();
  };
}
