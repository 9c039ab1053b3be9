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
