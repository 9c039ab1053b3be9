// Endpoints under ids of the application's own, changes that lead to another receiver, and endpoints that share a URL.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, list, member, text, UNKNOWN_ID } from '../../../tests/support/api-bench.ts';

const URL = 'https://receiver.example/hook';
const SECRET = 'correct horse battery';
const ENDPOINTS = '/v1/tenants/acme/endpoints';
const created = { url: URL, secret: SECRET, headers: { authorization: 'Bearer one' } };

describe('an endpoint under an id of one’s own', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
    await bench.tenant('other');
  });
  after(async () => await bench[Symbol.asyncDispose]());
  const put = (uid: string, body: object, tenant = 'acme') =>
    bench.call('PUT', `/v1/tenants/${tenant}/endpoints/${uid}`, body);

  it('is created once, however often the answer is lost', async () => {
    const first = await put('once', created);
    assert.equal(first.status, 201);
    assert.partialDeepStrictEqual(first.body, { uid: 'once', version: 1, secret: SECRET, warnings: [] });
    const again = await put('once', created);
    assert.equal(again.status, 200);
    assert.partialDeepStrictEqual(again.body, { id: text(first.body, 'id'), uid: 'once', version: 1 });
    assert.equal(member(again.body, 'updatedAt'), member(first.body, 'updatedAt'), 'nothing has changed');
  });

  it('is one, though many create it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => put('together', created)));
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [...Array(9).fill(200), 201]);
    assert.equal(new Set(answers.map(({ body }) => text(body, 'id'))).size, 1);
  });

  it('is the tenant’s alone', async () => {
    const mine = await put('shared', created);
    const theirs = await put('shared', created, 'other');
    assert.equal(theirs.status, 201);
    assert.notEqual(text(mine.body, 'id'), text(theirs.body, 'id'));
    assert.equal((await bench.call('DELETE', '/v1/tenants/other/endpoints/shared')).status, 204);
    assert.equal((await bench.call('GET', '/v1/tenants/other/endpoints/shared')).status, 404);
    assert.equal((await bench.call('GET', `${ENDPOINTS}/shared`)).status, 200);
  });

  it('is replaced as a whole: settings left out get their defaults, the secret stays', async () => {
    await put('whole', { ...created, description: 'Ours', scheduleMs: [5], eventTypes: ['a'] });
    const { status, body } = await put('whole', { url: `${URL}/new` });
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, {
      url: `${URL}/new`,
      description: '',
      scheduleMs: [10_000, 20_000],
      eventTypes: null,
      headerNames: [],
      version: 2,
    });
    const secret = await bench.call('GET', `${ENDPOINTS}/whole/secret`);
    assert.deepEqual(secret.body, { secret: SECRET, headers: {} });
  });

  it('stays disabled when it is put again', async () => {
    await put('off', created);
    await bench.call('POST', `${ENDPOINTS}/off/disable`);
    assert.equal(member((await put('off', { ...created, description: 'new' })).body, 'enabled'), false);
  });

  it('is taken wherever an endpoint’s id is', async () => {
    const id = text((await put('anywhere', created)).body, 'id');
    const calls = [
      ['GET', ''],
      ['PATCH', '', { description: 'changed' }],
      ['GET', '/secret'],
      ['GET', '/stats'],
      ['POST', '/disable'],
      ['POST', '/enable'],
      ['POST', '/test', {}],
    ] as const;
    for (const [method, path, body] of calls) {
      const { status } = await bench.call(method, `${ENDPOINTS}/anywhere${path}`, body);
      assert.equal(status, 200, `${method} …${path}`);
    }
    assert.equal(member((await bench.call('GET', `${ENDPOINTS}/anywhere`)).body, 'id'), id);
  });

  for (const [uid, what] of [
    [UNKNOWN_ID, 'a UUID'],
    [UNKNOWN_ID.toUpperCase(), 'a UUID in capitals'],
    [UNKNOWN_ID.replaceAll('-', ''), 'a UUID without dashes'],
    [`%7B${UNKNOWN_ID}%7D`, 'a UUID in braces'],
    ['a%2Fb', 'a slash'],
    ['a%20b', 'a space'],
    ['%C3%A4', 'a letter that is not ASCII'],
    ['x'.repeat(129), '129 characters'],
  ] as const) {
    it(`is refused if the id is ${what}`, async () => {
      const { status, body } = await put(uid, created);
      assert.equal(status, 422, JSON.stringify(body));
      assert.equal(text(list(body, 'errors')[0], 'field'), 'path.endpoint');
    });
  }

  it('is refused to a tenant that does not exist', async () => {
    assert.equal((await put('any', created, 'nobody')).status, 404);
  });
});

describe('a change to another receiver', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open({ callbackUrls: { allowHttp: true, allowed: [], denied: [] } });
    await bench.tenant('acme');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  const others = ['https://other.example/hook', 'https://receiver.example:8443/hook', 'http://receiver.example/hook'];
  const changes: readonly (readonly [string, object, readonly string[]])[] = [
    ['only the URL', {}, ['headers', 'secret']],
    ['a secret and no headers', { secret: 'another horse battery' }, ['headers']],
    ['headers and no secret', { headers: {} }, ['secret']],
    ['headers and keepSecret: false', { headers: {}, keepSecret: false }, ['secret']],
    [
      'headers, a secret and keepSecret',
      { headers: {}, secret: 'another horse battery', keepSecret: true },
      ['keepSecret'],
    ],
    ['headers and a secret', { headers: {}, secret: 'another horse battery' }, []],
    ['headers and keepSecret', { headers: { 'x-new': '1' }, keepSecret: true }, []],
  ];
  for (const method of ['PATCH', 'PUT'] as const) {
    for (const url of others) {
      for (const [what, settings, missing] of changes) {
        it(`by ${method} to ${url} with ${what} ${missing.length > 0 ? `lacks ${missing.join(', ')}` : 'is made'}`, async () => {
          const path = `${ENDPOINTS}/moving`;
          await bench.call('DELETE', path);
          await bench.call('PUT', path, created);
          const { status, body } = await bench.call(method, path, { url, ...settings });
          const after = await bench.call('GET', `${path}/secret`);
          if (missing.length > 0) {
            assert.equal(status, 422);
            assert.deepEqual(
              list(body, 'errors').map((error) => text(error, 'field')),
              missing,
            );
            assert.deepEqual(after.body, { secret: SECRET, headers: created.headers });
            assert.equal(member((await bench.call('GET', path)).body, 'url'), URL);
            return;
          }
          assert.equal(status, 200, JSON.stringify(body));
          const { secret = SECRET, headers = {} } = settings as { secret?: string; headers?: object };
          assert.deepEqual(after.body, { secret, headers });
        });
      }
    }
  }

  it('is none while scheme, host and port stay', async () => {
    await bench.call('PUT', `${ENDPOINTS}/staying`, created);
    const { status } = await bench.call('PATCH', `${ENDPOINTS}/staying`, { url: `${URL}/deeper?x=1` });
    assert.equal(status, 200);
    const kept = await bench.call('GET', `${ENDPOINTS}/staying/secret`);
    assert.deepEqual(kept.body, { secret: SECRET, headers: created.headers });
  });
});

describe('endpoints that share a URL', () => {
  let bench: ApiBench;
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('are told of by every answer that makes one, and found by their URL in any spelling', async () => {
    const first = await bench.call('POST', ENDPOINTS, created);
    assert.deepEqual(member(first.body, 'warnings'), []);
    const second = await bench.call('PUT', `${ENDPOINTS}/twin`, created);
    const [warning] = list(second.body, 'warnings');
    assert.match(String(warning), new RegExp(`^Endpoint ${text(first.body, 'id')} has the same URL`));
    const changed = await bench.call('PATCH', `${ENDPOINTS}/${text(first.body, 'id')}`, { description: 'x' });
    assert.match(String(list(changed.body, 'warnings')[0]), /^Endpoint twin has the same URL/);
    await bench.endpoint('acme', { url: 'https://receiver.example/else' });

    const spelling = encodeURIComponent('HTTPS://Receiver.example:443/hook');
    const { status, body } = await bench.call('GET', `${ENDPOINTS}?url=${spelling}`);
    assert.equal(status, 200);
    assert.deepEqual(
      list(body, 'data').map((one) => text(one, 'id')),
      [text(second.body, 'id'), text(first.body, 'id')],
    );
    const none = await bench.call('GET', `${ENDPOINTS}?url=${encodeURIComponent('https://nobody.example/')}`);
    assert.deepEqual(list(none.body, 'data'), []);
    const bad = await bench.call('GET', `${ENDPOINTS}?url=nonsense`);
    assert.equal(bad.status, 422);
    assert.equal(text(list(bad.body, 'errors')[0], 'field'), 'query.url');
  });
});
