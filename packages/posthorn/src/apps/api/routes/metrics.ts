// The figures for Prometheus. Open like the other health routes: they say how much happens here, never whose it is.
import { Type } from 'typebox';
import type { ApiServer, RouteParts } from '../route.ts';

/** Adds the route of this file. */
export function metricsRoute(app: ApiServer, { metrics }: RouteParts): void {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Counters, durations and gauges of this process, for Prometheus',
        tags: ['Health'],
        security: [],
        response: {
          200: {
            description: 'The Prometheus text format, version 0.0.4.',
            content: { 'text/plain': { schema: Type.String() } },
          },
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
