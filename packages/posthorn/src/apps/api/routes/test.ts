// Test calls: a sample event is sent to an endpoint now, and what came of it is the answer.

import { sampleFor } from '../../samples/iadvize.ts';
import { readTest } from '../event-reader.ts';
import { overloaded } from '../failures.ts';
import { MAX_EVENT_REQUEST_BYTES, MAX_TEST_CALLS } from '../limits.ts';
import { ok, operation } from '../operation.ts';
import { notFound } from '../problems.ts';
import { showTest, TestBody, TestSchema } from '../schemas/event.ts';

export const testEndpoint = operation('POST', '/tenants/:tenant/endpoints/:endpoint/test', {
  operationId: 'testEndpoint',
  summary: 'Send a sample event now, even if the endpoint is disabled; nothing is stored or retried',
  tag: 'Endpoints',
  rawBody: { shape: TestBody, wrapping: 1, maxBytes: MAX_EVENT_REQUEST_BYTES },
  answers: { 200: TestSchema },
  work: ({ engine }) => {
    let underWay = 0;
    return async ({ ids, body }) => {
      const endpoint = await engine.openEndpoint(ids.tenant, ids.endpoint);
      if (endpoint === undefined) throw notFound('endpoint');
      const draft = readTest(body, (type) => sampleFor(type === undefined ? endpoint.eventTypes : [type]));
      if (underWay >= MAX_TEST_CALLS) throw overloaded(`${MAX_TEST_CALLS} test calls are under way already.`);
      underWay += 1;
      const result = await engine.testEndpoint(ids.tenant, ids.endpoint, draft).finally(() => {
        underWay -= 1;
      });
      if (result === 'missing') throw notFound('endpoint');
      return ok(showTest(result));
    };
  },
});
