// The live stream as server-sent events. Who may read is decided as everywhere under /v1, by the header: a key in the URL
// would end up in logs.
import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { type EndpointId, parseId, parseTenantId } from '../../../domain/ids.ts';
import { MAX_READERS } from '../../stream/live.ts';
import { overloaded } from '../failures.ts';
import { invalid } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import { CLOSED, uuid } from '../schemas/fields.ts';

const StreamQuery = Type.Object(
  {
    tenant: Type.Optional(Type.String({ maxLength: 64, description: 'Only what concerns this tenant.' })),
    endpointId: Type.Optional(uuid('Only attempts to this endpoint.')),
  },
  CLOSED,
);

const StreamHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ description: 'The id of the last message received: what came after it is sent first.' }),
  ),
});

/** Adds the route of this file under `/v1`. */
export function streamRoute(app: ApiServer, { stream }: RouteParts): void {
  app.get(
    '/stream',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamEvents',
        summary: 'Events and attempts of this process as they happen, as server-sent events',
        tags: ['Deliveries'],
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: {
          200: {
            description:
              'Messages of the kinds ready, reset, accepted, started and attempted; it does not end by itself.',
            content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
        },
      },
      config: { problems: ['invalid'] },
    },
    async ({ query, headers }, reply) => {
      const tenantId = query.tenant === undefined ? undefined : parseTenantId(query.tenant);
      if (query.tenant !== undefined && tenantId === undefined) {
        throw invalid({ field: 'query.tenant', message: 'must be a tenant id: 1 to 64 of A-Z a-z 0-9 . _ -' });
      }
      const endpointId = query.endpointId === undefined ? undefined : parseId<EndpointId>(query.endpointId);
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      reply.raw.once('close', resolve);
      const messages = stream.open({ tenantId, endpointId }, headers['last-event-id'], gone, () => reply.raw.destroy());
      if (messages === undefined) {
        throw overloaded(`There are ${MAX_READERS} readers of the stream already, or the service is stopping.`);
      }
      // The connection ends with the stream, so that a service that stops need not wait for it.
      return reply.headers({ 'x-accel-buffering': 'no', connection: 'close' }).type('text/event-stream').send(messages);
    },
  );
}
