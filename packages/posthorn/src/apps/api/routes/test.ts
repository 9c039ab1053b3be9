// Test calls: a sample event is sent to an endpoint now, and what came of it is the answer.

import { sampleFor } from '../../samples/iadvize.ts';
import { readTest } from '../event-reader.ts';
import { overloaded } from '../failures.ts';
import { MAX_EVENT_REQUEST_BYTES, MAX_TEST_CALLS } from '../limits.ts';
import { pathEndpoint, pathTenant } from '../path-ids.ts';
import { notFound } from '../problems.ts';
import type { ApiServer, RouteParts } from '../route.ts';
import { EndpointPath } from '../schemas/endpoint.ts';
import { showTest, TestBody, TestShape } from '../schemas/event.ts';

/** Adds the routes of this file under `/v1`. */
export function testRoute(app: ApiServer, { engine }: RouteParts): void {
  let underWay = 0;

  app.post(
    '/tenants/:tenant/endpoints/:endpoint/test',
    {
      bodyLimit: MAX_EVENT_REQUEST_BYTES,
      schema: {
        operationId: 'testEndpoint',
        summary: 'Send a sample event now, enabled or not; nothing is stored or retried',
        tags: ['Endpoints'],
        params: EndpointPath,
        response: { 200: TestShape },
      },
      config: { rawBody: TestBody, wrapping: 1, problems: ['not-found'] },
    },
    async ({ params, body }) => {
      const [tenantId, id] = [pathTenant(params), pathEndpoint(params)];
      const endpoint = await engine.openEndpoint(tenantId, id);
      if (endpoint === undefined) throw notFound('endpoint');
      const draft = readTest(body, (type) => sampleFor(type === undefined ? endpoint.eventTypes : [type]));
      if (underWay >= MAX_TEST_CALLS) throw overloaded(`${MAX_TEST_CALLS} test calls are under way already.`);
      underWay += 1;
      const answer = await engine.testEndpoint(tenantId, id, draft).finally(() => {
        underWay -= 1;
      });
      if (answer === 'missing') throw notFound('endpoint');
      return showTest(answer);
    },
  );
}
