import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiBench, delivered, list, member, REFUSED, text, UNKNOWN_ID } from '../../../tests/support/api-bench.ts';
import type { CallResult } from '../../domain/outcome.ts';
import { MAX_TEST_CALLS } from './limits.ts';

const URL = 'https://receiver.example/hook';

describe('endpoints', () => {
  let bench: ApiBench;
  const endpoints = '/v1/tenants/acme/endpoints';
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it("are created with the contract's values where nothing is said, and a secret that is made", async () => {
    const { status, body } = await bench.call('POST', endpoints, { url: 'HTTPS://Receiver.EXAMPLE:443/hook' });
    assert.equal(status, 201);
    const { id, secret, createdAt, updatedAt, ...settings } = Object(body);
    assert.deepEqual(settings, {
      url: URL,
      eventTypes: null,
      description: '',
      scheduleMs: [10_000, 20_000],
      connectTimeoutMs: 1_000,
      replyTimeoutMs: 30_000,
      concurrency: null,
      enabled: true,
      version: 1,
      headerNames: [],
      uid: null,
      warnings: [],
    });
    assert.match(secret, /^phsec_/);
    assert.equal(createdAt, updatedAt);
    assert.match(id, /^[0-9a-f-]{36}$/);
  });

  it('are created as they are wanted', async () => {
    const wanted = {
      url: URL,
      eventTypes: ['user.created', 'v2.*'],
      description: 'Ours',
      scheduleMs: [0, 5_000],
      connectTimeoutMs: 500,
      replyTimeoutMs: 2_000,
      concurrency: 3,
    };
    const given = { secret: 'correct horse battery', headers: { 'X-Team': 'Blue' } };
    const { status, body } = await bench.call('POST', endpoints, { ...wanted, ...given });
    assert.equal(status, 201);
    assert.partialDeepStrictEqual(body, { ...wanted, secret: given.secret, headerNames: ['x-team'] });
    const secret = await bench.call('GET', `${endpoints}/${text(body, 'id')}/secret`);
    assert.deepEqual(secret.body, { secret: given.secret, headers: { 'x-team': 'Blue' } });
  });

  it('take a short secret where the installation accepts them, and say the switch where it does not', async () => {
    const wanted = { url: URL, secret: 'fifteen bytes !' };
    const refused = await bench.call('POST', endpoints, wanted);
    assert.equal(refused.status, 422);
    assert.match(text(refused.body, 'errors', 0, 'message'), /POSTHORN_ALLOW_SHORT_SECRETS/);
    await using lenient = await ApiBench.open({ minSecretBytes: 1 });
    await lenient.tenant('acme');
    assert.equal((await lenient.call('POST', endpoints, wanted)).status, 201);
  });

  it('take every type with null as with nothing', async () => {
    const { body } = await bench.call('POST', endpoints, { url: URL, eventTypes: null });
    assert.equal(member(body, 'eventTypes'), null);
  });

  it('show secrets and header values at their creation and their secret path only', async () => {
    const secret = 'canary-secret-0123456789';
    const value = 'canary-header-value';
    const id = await bench.endpoint('acme', { secret, headers: { authorization: value } });
    const answers = [
      await bench.call('GET', endpoints),
      await bench.call('GET', `${endpoints}/${id}`),
      await bench.call('PATCH', `${endpoints}/${id}`, { description: 'changed' }),
      await bench.call('POST', `${endpoints}/${id}/disable`),
      await bench.call('POST', `${endpoints}/${id}/enable`),
    ];
    for (const { status, body } of answers) {
      assert.equal(status, 200);
      const shown = JSON.stringify(body);
      assert.ok(!shown.includes(secret) && !shown.includes(value), shown);
    }
  });

  it('are listed newest first, page by page', async () => {
    await bench.tenant('listed');
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push(await bench.endpoint('listed'));
    const first = await bench.call('GET', '/v1/tenants/listed/endpoints?limit=2');
    const second = await bench.call(
      'GET',
      `/v1/tenants/listed/endpoints?limit=2&cursor=${text(first.body, 'nextCursor')}`,
    );
    const seen = [...list(first.body, 'data'), ...list(second.body, 'data')].map((endpoint) => text(endpoint, 'id'));
    assert.deepEqual(seen, ids.toSorted().toReversed());
    assert.equal(member(second.body, 'nextCursor'), null);
  });

  it('change in what is named, and in nothing else', async () => {
    const id = await bench.endpoint('acme', { description: 'before', headers: { 'x-a': '1' }, secret: 'x'.repeat(20) });
    const before = await bench.call('GET', `${endpoints}/${id}`);
    const changed = await bench.call('PATCH', `${endpoints}/${id}`, { eventTypes: ['a.*'], headers: { 'x-b': '2' } });
    assert.equal(changed.status, 200);
    const { updatedAt, version, ...expected } = Object(before.body);
    const after = { ...expected, eventTypes: ['a.*'], headerNames: ['x-b'], version: version + 1 };
    assert.partialDeepStrictEqual(changed.body, after);
    assert.ok(text(changed.body, 'updatedAt') >= updatedAt);
    assert.deepEqual((await bench.call('GET', `${endpoints}/${id}/secret`)).body, {
      secret: 'x'.repeat(20),
      headers: { 'x-b': '2' },
    });
    await bench.call('PATCH', `${endpoints}/${id}`, { secret: 'y'.repeat(20) });
    assert.equal(member((await bench.call('GET', `${endpoints}/${id}/secret`)).body, 'secret'), 'y'.repeat(20));
  });

  it('are switched off and on', async () => {
    const id = await bench.endpoint('acme');
    const off = await bench.call('POST', `${endpoints}/${id}/disable`);
    assert.equal(member(off.body, 'enabled'), false);
    assert.equal(member((await bench.call('GET', `${endpoints}/${id}`)).body, 'enabled'), false);
    const on = await bench.call('POST', `${endpoints}/${id}/enable`, {});
    assert.equal(member(on.body, 'enabled'), true);
  });

  it('are gone once deleted', async () => {
    const id = await bench.endpoint('acme');
    // Many clients name the type of a body that they do not have.
    const named = { 'content-type': 'application/json' };
    assert.equal((await bench.call('DELETE', `${endpoints}/${id}`, undefined, named)).status, 204);
    assert.equal((await bench.call('GET', `${endpoints}/${id}`)).status, 404);
    assert.equal((await bench.call('DELETE', `${endpoints}/${id}`)).status, 404);
  });

  it('want every type with a star, which is shown as null', async () => {
    for (const eventTypes of [['*'], ['user.*', '*']]) {
      const { status, body } = await bench.call('POST', endpoints, { url: URL, eventTypes });
      assert.equal(status, 201);
      assert.equal(member(body, 'eventTypes'), null);
      const one = `${endpoints}/${text(body, 'id')}`;
      await bench.call('PATCH', one, { eventTypes: ['a'] });
      const changed = await bench.call('PATCH', one, { eventTypes });
      assert.equal(member(changed.body, 'eventTypes'), null);
    }
  });

  it('belong to a tenant that exists', async () => {
    assert.equal((await bench.call('POST', '/v1/tenants/nobody/endpoints', { url: URL })).status, 404);
    assert.equal((await bench.call('GET', '/v1/tenants/nobody/endpoints')).status, 404);
  });
});

describe('test calls', () => {
  const open = async () => {
    const bench = await ApiBench.open();
    await bench.tenant('acme');
    return bench;
  };
  const path = (id: string) => `/v1/tenants/acme/endpoints/${id}/test`;

  it('send a sample of what the endpoint subscribed to, signed, and show the body that was sent', async () => {
    await using bench = await open();
    const id = await bench.endpoint('acme', { eventTypes: ['transaction.*'] });
    const { status, body } = await bench.call('POST', path(id));
    assert.equal(status, 200);
    const [call] = bench.calls;
    assert.ok(call);
    const sent = Buffer.from(call.body).toString();
    assert.equal(text(body, 'body'), sent);
    assert.match(sent, /"amount":300\.20,/);
    assert.match(sent, /"eventType":"transaction\.attributed"/);
    const headers = Object.fromEntries(call.headers);
    assert.equal(text(body, 'eventId'), headers['x-iadvize-correlationid']);
    assert.equal(text(body, 'attempt', 'id'), headers['x-iadvize-delivery']);
    assert.match(headers['x-iadvize-signature'] ?? '', /^sha256=[0-9a-f]{64}$/);
    assert.partialDeepStrictEqual(member(body, 'attempt'), {
      outcome: 'succeeded',
      status: 200,
      responseBody: 'thanks',
    });
  });

  it('send user.created to an endpoint that wants everything', async () => {
    await using bench = await open();
    const { body } = await bench.call('POST', path(await bench.endpoint('acme')));
    assert.equal(member(JSON.parse(text(body, 'body')), 'eventType'), 'user.created');
  });

  it('send what is given, digit by digit', async () => {
    await using bench = await open();
    const id = await bench.endpoint('acme');
    const { body } = await bench.call('POST', path(id), '{"type":"order.paid","payload":{"total": 1.10}}');
    assert.match(text(body, 'body'), /^\{"total":1\.10,"eventId":"/);
    assert.equal(member(JSON.parse(text(body, 'body')), 'eventType'), 'order.paid');
  });

  it('carry the id of the payload, in headers and body alike', async () => {
    await using bench = await open();
    const id = await bench.endpoint('acme');
    const { body } = await bench.call('POST', path(id), { payload: { eventId: UNKNOWN_ID } });
    assert.equal(text(body, 'eventId'), UNKNOWN_ID);
    assert.equal(Object.fromEntries(bench.calls[0]?.headers ?? [])['x-iadvize-correlationid'], UNKNOWN_ID);
  });

  it('have the type of the payload if nothing else names one', async () => {
    await using bench = await open();
    const id = await bench.endpoint('acme', { eventTypes: ['user.*'] });
    const { body } = await bench.call('POST', path(id), { payload: { eventType: 'order.paid' } });
    assert.equal(member(JSON.parse(text(body, 'body')), 'eventType'), 'order.paid');
  });

  it('answer 200 with the failure of a call that failed, also of a disabled endpoint, and store nothing', async () => {
    await using bench = await open();
    bench.answer = () => REFUSED;
    const id = await bench.endpoint('acme');
    await bench.call('POST', `/v1/tenants/acme/endpoints/${id}/disable`);
    const { status, body } = await bench.call('POST', path(id));
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(member(body, 'attempt'), {
      outcome: 'connect_refused',
      status: null,
      connectMs: null,
      responseHeaders: [],
      responseBody: null,
      error: 'Nothing listens at that port.',
    });
    assert.deepEqual(list((await bench.call('GET', '/v1/tenants/acme/events')).body, 'data'), []);
    assert.deepEqual(list((await bench.call('GET', '/v1/tenants/acme/deliveries')).body, 'data'), []);
  });

  it('are bounded: those too many at once are told to come again', async () => {
    await using bench = await open();
    const id = await bench.endpoint('acme');
    const { promise, resolve } = Promise.withResolvers<CallResult>();
    bench.answer = () => promise;
    const calls = Array.from({ length: MAX_TEST_CALLS }, () => bench.call('POST', path(id)));
    await bench.until('all test calls are under way', async () => bench.calls.length === MAX_TEST_CALLS);
    const refused = await bench.call('POST', path(id));
    assert.equal(refused.status, 503);
    assert.match(String(refused.headers['retry-after']), /^\d+$/);
    resolve(delivered());
    for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
    assert.equal((await bench.call('POST', path(id))).status, 200);
  });
});
