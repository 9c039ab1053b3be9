import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiBench, text } from '../../../tests/support/api-bench.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { ApiEngine } from './route.ts';

const EVENT = { type: 'a', payload: {} };

/** The API on an engine of which some calls end otherwise. */
async function withEngine(calls: Partial<ApiEngine>): Promise<ApiBench> {
  const bench = new ApiBench();
  const { engine } = bench;
  Object.assign(engine, calls);
  await engine.start();
  await bench.app.ready();
  await bench.tenant('acme');
  return bench;
}

describe('when the store is away', () => {
  for (const code of ['unreachable', 'disk_full', 'read_only', 'busy', 'unregistered'] as const) {
    it(`(${code}) a request is answered with 503, a time to wait, and no inside knowledge`, async () => {
      await using bench = await withEngine({
        accept: () => Promise.reject(new StoreUnavailable(code, 'select secret from /var/lib at 10.0.0.7')),
      });
      const { status, headers, body } = await bench.call('POST', '/v1/tenants/acme/events', EVENT);
      assert.equal(status, 503);
      assert.match(String(headers['retry-after']), /^\d+$/);
      assert.match(text(body, 'detail'), /send it again/);
      assert.doesNotMatch(JSON.stringify(body), /select|10\.0\.0\.7/);
      assert.deepEqual(
        bench.log,
        [],
        'the engine reports the outage once; the API must not repeat it for every request',
      );
    });
  }
});

describe('natural first tries that have no route', () => {
  for (const [method, path, status, meant] of [
    ['POST', '/v1/tenants', 405, 'PUT /v1/tenants/{tenant}'],
    ['POST', '/v1/tenants?name=acme', 405, 'PUT /v1/tenants/{tenant}'],
    ['POST', '/v1/tenants/acme', 405, 'PUT /v1/tenants/{tenant}'],
    ['POST', '/v1/events', 404, 'POST /v1/tenants/{tenant}/events'],
    ['POST', '/v1/endpoints', 404, 'POST /v1/tenants/{tenant}/endpoints'],
    ['GET', '/v1/deliveries', 404, 'GET /v1/tenants/{tenant}/deliveries'],
    ['POST', '/v1/deliveries/5/retry', 404, 'POST /v1/tenants/{tenant}/deliveries/{delivery}/retry'],
    ['POST', '/events', 404, 'POST /v1/tenants/{tenant}/events'],
    ['PUT', '/tenants/acme', 404, 'PUT /v1/tenants/{tenant}'],
    ['POST', '/v1/tenants/acme/event', 404, 'POST /v1/tenants/{tenant}/events'],
    ['PUT', '/v1/tenants/acme/events', 405, 'POST /v1/tenants/{tenant}/events'],
  ] as const) {
    it(`${method} ${path} is told ${meant}`, async () => {
      await using bench = await withEngine({});
      const answer = await bench.call(method, path, {});
      assert.equal(answer.status, status);
      assert.ok(text(answer.body, 'detail').endsWith(` Did you mean ${meant}?`), text(answer.body, 'detail'));
    });
  }
});

describe('when too much is going on', () => {
  it('an event is answered with 503 and a time to wait', async () => {
    await using bench = await withEngine({ accept: async () => ({ kind: 'overloaded' }) });
    const { status, headers } = await bench.call('POST', '/v1/tenants/acme/events', EVENT);
    assert.equal(status, 503);
    assert.match(String(headers['retry-after']), /^\d+$/);
  });

  it('an endpoint too many is answered with 409', async () => {
    await using bench = await withEngine({ createEndpoint: async () => 'too_many' });
    const { status, body } = await bench.call('POST', '/v1/tenants/acme/endpoints', {
      url: 'https://receiver.example/',
    });
    assert.equal(status, 409);
    assert.match(text(body, 'detail'), /10000/);
  });
});

describe('when Posthorn itself is at fault', () => {
  it('the answer is a reference, and the log has the cause under it, once', async () => {
    await using bench = await withEngine({
      accept: () => Promise.reject(new Error('near "slect": syntax error in secret.sql')),
    });
    const { status, body } = await bench.call('POST', '/v1/tenants/acme/events', EVENT);
    assert.equal(status, 500);
    const reference = text(body, 'reference');
    assert.match(text(body, 'detail'), new RegExp(reference));
    assert.doesNotMatch(JSON.stringify(body), /slect|\.ts|sql/);
    assert.equal(bench.log.length, 1);
    const [line] = bench.log;
    assert.equal(line?.level, 'error');
    assert.partialDeepStrictEqual(line?.fields, { reference, method: 'POST', route: '/v1/tenants/:tenant/events' });
    assert.match(String(line?.fields['stack']), /slect/);
    assert.doesNotMatch(JSON.stringify(line), /test-key/);
  });
});

describe('health', () => {
  it('is told to anybody', async () => {
    await using bench = await ApiBench.open();
    const { status, body } = await bench.request({ method: 'GET', url: '/healthz' });
    assert.equal(status, 200);
    assert.deepEqual(body, { status: 'ok', version: '0.0.0-test' });
  });

  it('is readiness while the engine can work', async () => {
    await using bench = await ApiBench.open();
    assert.equal((await bench.request({ method: 'GET', url: '/readyz' })).status, 200);
  });

  it('is the reason, with 503, while it cannot, and life goes on', async () => {
    await using bench = await withEngine({ unready: async () => 'The disk is full.' });
    const { status, headers, body } = await bench.request({ method: 'GET', url: '/readyz' });
    assert.equal(status, 503);
    assert.match(String(headers['retry-after']), /^\d+$/);
    assert.equal(text(body, 'detail'), 'The disk is full.');
    assert.equal((await bench.request({ method: 'GET', url: '/healthz' })).status, 200);
  });
});
