// Every route under /v1, with a key and without, on one's own things and on another tenant's. A route that is missing from
// the table fails the suite.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, type Method, member, text, UNKNOWN_ID } from '../../../tests/support/api-bench.ts';

interface Row {
  readonly method: Method;
  readonly route: string;
  readonly body?: unknown;
  readonly query?: string;
  /** Answer on one's own things. */
  readonly own: number;
  /** The answer has no end: only its head is waited for. */
  readonly endless?: true;
  /** The endpoint's id in the path, which the caller chooses: no other tenant's can be meant by it. */
  readonly chosen?: string;
}

const URL = 'https://receiver.example/hook';
const EVENT = { type: 'a', payload: {} };

/** In an order in which nothing is deleted before it is used. */
const ROUTES: readonly Row[] = [
  { method: 'GET', route: '/v1/tenants', own: 200 },
  { method: 'PUT', route: '/v1/tenants/:tenant', own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant', own: 200 },
  { method: 'POST', route: '/v1/tenants/:tenant/endpoints', body: { url: URL }, own: 201 },
  { method: 'GET', route: '/v1/tenants/:tenant/endpoints', own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/endpoints/:endpoint', own: 200 },
  { method: 'PUT', route: '/v1/tenants/:tenant/endpoints/:endpoint', chosen: 'main', body: { url: URL }, own: 201 },
  { method: 'PATCH', route: '/v1/tenants/:tenant/endpoints/:endpoint', body: { description: '' }, own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/endpoints/:endpoint/secret', own: 200 },
  { method: 'DELETE', route: '/v1/tenants/:tenant/endpoints/:endpoint/secrets/previous', own: 200 },
  { method: 'POST', route: '/v1/tenants/:tenant/endpoints/:endpoint/disable', own: 200 },
  { method: 'POST', route: '/v1/tenants/:tenant/endpoints/:endpoint/enable', own: 200 },
  { method: 'POST', route: '/v1/tenants/:tenant/endpoints/:endpoint/test', own: 200 },
  { method: 'POST', route: '/v1/tenants/:tenant/events', body: EVENT, own: 202 },
  { method: 'POST', route: '/v1/tenants/:tenant/events/batch', body: { events: [EVENT] }, own: 202 },
  { method: 'GET', route: '/v1/tenants/:tenant/events', own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/events/:event', own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/deliveries', own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/deliveries/:delivery', own: 200 },
  { method: 'POST', route: '/v1/tenants/:tenant/deliveries/:delivery/retry', own: 202 },
  { method: 'POST', route: '/v1/tenants/:tenant/replays', body: { dryRun: true }, own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/replays', own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/replays/:replay', own: 200 },
  { method: 'POST', route: '/v1/tenants/:tenant/replays/:replay/cancel', own: 200 },
  { method: 'GET', route: '/v1/find', query: '?id=order-20417', own: 200 },
  { method: 'GET', route: '/v1/stats', own: 200 },
  { method: 'GET', route: '/v1/tenants/:tenant/endpoints/:endpoint/stats', own: 200 },
  { method: 'GET', route: '/v1/stream', own: 200, endless: true },
  { method: 'DELETE', route: '/v1/tenants/:tenant/events/:event', own: 204 },
  { method: 'DELETE', route: '/v1/tenants/:tenant/endpoints/:endpoint', own: 204 },
  { method: 'DELETE', route: '/v1/tenants/:tenant', own: 204 },
];

const CREATES_TENANT = 'PUT /v1/tenants/:tenant';

/** Texts that no id may be: too long, another form, capitals, escapes that lead elsewhere. */
const NO_IDS = [
  '0',
  'x'.repeat(65),
  '%2e%2e',
  '..%2f..',
  '%00',
  '😀',
  UNKNOWN_ID.toUpperCase(),
  `${UNKNOWN_ID}0`,
  'null',
];

type Ids = Readonly<Record<'tenant' | 'endpoint' | 'event' | 'delivery' | 'replay', string>>;

/** These ids, and the same one for everything else. */
const allOf = (tenant: string, id: string): Ids => ({ tenant, endpoint: id, event: id, delivery: id, replay: id });

const fill = (route: string, ids: Ids) =>
  route.replace(/:(tenant|endpoint|event|delivery|replay)\b/g, (_, name: keyof Ids) =>
    encodeURI(ids[name]).replaceAll('%25', '%'),
  );

async function furnish(bench: ApiBench, tenant: string): Promise<Ids> {
  await bench.tenant(tenant);
  const endpoint = await bench.endpoint(tenant);
  const { body } = await bench.call('POST', `/v1/tenants/${tenant}/events`, EVENT);
  await bench.call('POST', `/v1/tenants/${tenant}/events/batch`, { events: Array(200).fill(EVENT) });
  const request = { states: ['succeeded'], ratePerSecond: 1 };
  await bench.until('a replay would take minutes', async () => {
    const counted = await bench.call('POST', `/v1/tenants/${tenant}/replays`, { ...request, dryRun: true });
    return Number(member(counted.body, 'total')) === 201;
  });
  const replay = await bench.call('POST', `/v1/tenants/${tenant}/replays`, request);
  return {
    tenant,
    endpoint,
    event: text(body, 'id'),
    delivery: text(body, 'deliveries', 0, 'id'),
    replay: text(replay.body, 'id'),
  };
}

describe('routes under /v1', () => {
  let bench: ApiBench;
  let own: Ids;
  let other: Ids;
  const routes = new Set<string>();

  before(async () => {
    bench = new ApiBench();
    bench.app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) if (url.startsWith('/v1') && one !== 'HEAD') routes.add(`${one} ${url}`);
    });
    await bench.engine.start();
    await bench.app.ready();
    own = await furnish(bench, 'own');
    other = await furnish(bench, 'other');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('are all in this table', () => {
    assert.deepEqual([...routes].sort(), ROUTES.map(({ method, route }) => `${method} ${route}`).sort());
  });

  for (const [index, { method, route, body, chosen }] of ROUTES.entries()) {
    const name = `${method} ${route}`;

    it(`${name} answers 401 without a valid key, the same whatever is wrong`, async () => {
      const url = fill(route, own);
      const headers = [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic a2V5' }, { authorization: '' }];
      const answers = [];
      for (const header of headers) {
        // Wrong keys are counted by address.
        const remoteAddress = `192.0.2.${index}`;
        answers.push(await bench.request({ method, url, headers: header, remoteAddress }));
      }
      for (const answer of answers) {
        assert.equal(answer.status, 401);
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
        assert.deepEqual(answer.body, answers[0]?.body);
      }
    });

    if (chosen === undefined && route.includes('/:tenant/') && /:(endpoint|event|delivery|replay)/.test(route)) {
      it(`${name} answers 404 to another tenant's id, as to an unknown one`, async () => {
        const foreign = await bench.call(method, fill(route, { ...other, tenant: 'own' }), body);
        const unknown = await bench.call(method, fill(route, allOf('own', UNKNOWN_ID)), body);
        assert.equal(foreign.status, 404);
        assert.equal(unknown.status, 404);
        assert.deepEqual(foreign.body, unknown.body);
      });

      for (const id of NO_IDS) {
        it(`${name} answers 404 to ${JSON.stringify(id.slice(0, 40))} as an id`, async () => {
          const url = fill(route, allOf('own', id));
          assert.equal((await bench.call(method, url, body)).status, 404);
        });
      }
    }

    if (route.includes(':tenant')) {
      for (const id of ['x'.repeat(65), '%00', '😀', 'a%20b', 'a%2Fb', 'ä', '%C0%AF']) {
        it(`${name} answers 404 or 422 to ${JSON.stringify(id.slice(0, 40))} as a tenant`, async () => {
          const { status } = await bench.call(
            method,
            fill(route, { ...own, endpoint: chosen ?? own.endpoint, tenant: id }),
            body,
          );
          assert.ok(
            status === (name === CREATES_TENANT ? 422 : 404) || (id === '%C0%AF' && status === 400),
            String(status),
          );
        });
      }

      if (name !== CREATES_TENANT) {
        it(`${name} answers 404 for a tenant that does not exist`, async () => {
          const url = fill(route, { ...own, endpoint: chosen ?? own.endpoint, tenant: 'nobody' });
          assert.equal((await bench.call(method, url, body)).status, 404);
        });
      }
    }
  }

  it("answer as they should on one's own things, and leave other tenants' alone", async () => {
    for (const row of ROUTES) {
      if (row.endless) {
        assert.equal(await bench.head(row.route), row.own);
        continue;
      }
      const url = fill(row.route, { ...own, endpoint: row.chosen ?? own.endpoint }) + (row.query ?? '');
      const { status, body } = await bench.call(row.method, url, row.body);
      assert.equal(status, row.own, `${row.method} ${row.route}: ${JSON.stringify(body)}`);
    }
    assert.equal((await bench.call('GET', fill('/v1/tenants/:tenant/endpoints/:endpoint', other))).status, 200);
    assert.equal((await bench.call('GET', fill('/v1/tenants/:tenant/events/:event', other))).status, 200);
    const { body } = await bench.call('GET', fill('/v1/tenants/:tenant/replays/:replay', other));
    assert.equal(text(body, 'state'), 'running');
  });

  it('answer 401 to unknown paths and methods without a key, 404 and 405 with one', async () => {
    assert.equal((await bench.request({ method: 'GET', url: '/v1/nothing' })).status, 401);
    assert.equal((await bench.request({ method: 'DELETE', url: '/v1/tenants' })).status, 401);
    assert.equal((await bench.call('GET', '/v1/nothing')).status, 404);
    assert.equal((await bench.call('GET', '/v1/tenants/')).status, 404);
    const { status, headers, body } = await bench.call('DELETE', '/v1/tenants');
    assert.equal(status, 405);
    assert.equal(headers['allow'], 'GET, HEAD');
    assert.match(text(body, 'detail'), /GET/);
  });
});
