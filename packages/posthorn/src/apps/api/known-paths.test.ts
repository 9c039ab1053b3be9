import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KnownPaths } from './known-paths.ts';

describe('known paths', () => {
  const paths = new KnownPaths();
  paths.add('/v1/tenants', ['GET']);
  paths.add('/v1/tenants/:tenant', ['GET']);
  paths.add('/v1/tenants/:tenant', ['PUT', 'DELETE']);
  paths.add('/v1/tenants/:tenant/events', ['POST']);
  paths.add('/v1/tenants/:tenant/events/batch', ['POST']);
  paths.add('/v1/tenants/:tenant/events/:event', ['GET']);

  it('have the methods of all their routes', () => {
    assert.deepEqual(paths.methodsOf('/v1/tenants/acme'), ['DELETE', 'GET', 'PUT']);
  });

  it('that two patterns fit have the methods of both', () => {
    assert.deepEqual(paths.methodsOf('/v1/tenants/acme/events/batch'), ['GET', 'POST']);
  });

  it('fit as a whole, with no empty part, in this case', () => {
    for (const path of ['/', '/v1', '/v1/tenants/', '/v1/Tenants', '/v1/tenants//events', '/v1/tenants/a/b', '']) {
      assert.deepEqual(paths.methodsOf(path), [], path);
    }
  });
});

describe('a request without a route', () => {
  const paths = new KnownPaths();
  for (const [method, pattern] of [
    ['GET', '/healthz'],
    ['GET', '/v1/tenants'],
    ['GET', '/v1/tenants/:tenant'],
    ['PUT', '/v1/tenants/:tenant'],
    ['GET', '/v1/tenants/:tenant/endpoints'],
    ['POST', '/v1/tenants/:tenant/endpoints'],
    ['PATCH', '/v1/tenants/:tenant/endpoints/:endpoint'],
    ['POST', '/v1/tenants/:tenant/events'],
    ['POST', '/v1/tenants/:tenant/events/batch'],
    ['GET', '/v1/tenants/:tenant/events/:event'],
    ['POST', '/v1/tenants/:tenant/deliveries/:delivery/retry'],
  ] as const) {
    paths.add(pattern, [method]);
  }

  for (const [asked, meant] of [
    ['POST /v1/tenants', 'PUT /v1/tenants/{tenant}'],
    ['POST /v1/tenants/acme', 'PUT /v1/tenants/{tenant}'],
    ['PATCH /v1/tenants/acme', 'PUT /v1/tenants/{tenant}'],
    ['POST /tenants', 'PUT /v1/tenants/{tenant}'],
    ['PUT /tenants/acme', 'PUT /v1/tenants/{tenant}'],
    ['GET /v1/tenants/', 'GET /v1/tenants'],
    ['POST /v1/events', 'POST /v1/tenants/{tenant}/events'],
    ['POST /events', 'POST /v1/tenants/{tenant}/events'],
    ['POST /api/v1/events', 'POST /v1/tenants/{tenant}/events'],
    ['POST /events/batch', 'POST /v1/tenants/{tenant}/events/batch'],
    ['PUT /v1/tenants/acme/events', 'POST /v1/tenants/{tenant}/events'],
    ['PUT /v1/tenants/acme/events/5', 'POST /v1/tenants/{tenant}/events'],
    ['POST /v1/tenants/acme/events/5', 'POST /v1/tenants/{tenant}/events'],
    ['PUT /v1/tenants/acme/endpoints/5', 'PATCH /v1/tenants/{tenant}/endpoints/{endpoint}'],
    ['GET /v1/endpoints', 'GET /v1/tenants/{tenant}/endpoints'],
    ['PUT /v1/deliveries/5/retry', 'POST /v1/tenants/{tenant}/deliveries/{delivery}/retry'],
    ['POST /v1/tenants/acme/event', 'POST /v1/tenants/{tenant}/events'],
    ['POST /v1/tenant/acme/events', 'POST /v1/tenants/{tenant}/events'],
    ['POST /v1/tenants/acme/deliveries/5/rety', 'POST /v1/tenants/{tenant}/deliveries/{delivery}/retry'],
    ['GET /health', 'GET /healthz'],
    ['DELETE /v1/tenants', undefined],
    ['GET /v1/unknown', undefined],
    ['GET /', undefined],
    [`POST /${'/'.repeat(16_000)}`, undefined],
    [`POST /v1${'/'.repeat(16_000)}x`, undefined],
    [`POST /v1/tenants/acme/${'x'.repeat(16_000)}`, undefined],
  ] as const) {
    it(`${asked.slice(0, 50)} probably meant ${meant}`, () => {
      const [method = '', path = ''] = asked.split(' ');
      assert.equal(paths.suggestion(method, path), meant);
    });
  }
});
