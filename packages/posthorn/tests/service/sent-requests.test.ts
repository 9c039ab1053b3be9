// History shows what was sent, as it was sent: real calls, captured byte for byte, beside what the API shows of them later.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callApi } from '../../src/apps/command/api-client.ts';
import { type Service, startServiceOn } from '../../src/apps/service/start.ts';
import { readSettings } from '../../src/apps/settings/read.ts';
import { list, member, text } from '../support/api-bench.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { answering, type Receiver, startReceiver } from '../support/receivers.ts';

const KEY = 'a-test-key-of-good-length';
const SILENT = { writes: () => false, write: () => {}, flush: async () => {} };
const OWN = { Authorization: 'Bearer of-the-receiver', 'X-Route': 'blue' };

describe('the request of an attempt', () => {
  let receiver: Receiver;
  let service: Service;
  let target = '';
  const store = createMemoryStore();

  before(async () => {
    receiver = await startReceiver({ onRequest: answering(200) });
    target = `http://127.0.0.1:${receiver.port}/hook?token=t%20t`;
    service = await start({});
    await call('PUT', '/v1/tenants/acme', { name: 'Acme' });
  });
  after(async () => {
    await service.stop(0);
    await receiver[Symbol.asyncDispose]();
    await store.close();
  });

  /** Another start of Posthorn on the same store, with other settings. */
  async function start(flags: Readonly<Record<string, string>>): Promise<Service> {
    const { values } = readSettings({
      flags: { port: '0', apiKey: KEY, allowHttp: 'networks', allowNetworks: '127.0.0.0/8', ...flags },
      environment: { POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') },
      file: undefined,
    });
    return await startServiceOn({ ...store, close: async () => {} }, values, [], SILENT);
  }

  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const access = { url: service.url, key: KEY };
    const answer = await callApi(access, method, path, body === undefined ? undefined : JSON.stringify(body));
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function post(type: string): Promise<string> {
    const sent = receiver.requests.length;
    const event = await call('POST', '/v1/tenants/acme/events', { type, payload: { n: 300.2, name: 'Zoë' } });
    const id = text(event, 'deliveries', 0, 'id');
    for (let shown = await delivery(id); member(shown, 'state') !== 'succeeded'; ) shown = await delivery(id);
    assert.equal(receiver.requests.length, sent + 1);
    return id;
  }

  const delivery = (id: string) => call('GET', `/v1/tenants/acme/deliveries/${id}`);

  /** The request as the API shows it, as the bytes that it says were sent. Hidden values are taken from `hidden`. */
  async function shownHead(id: string, hidden: Readonly<Record<string, string>> = {}): Promise<string> {
    const request = member(await delivery(id), 'attempts', 0, 'request');
    const { pathname, search } = new URL(text(request, 'url'));
    const lines = list(request, 'headers').map((header) => {
      const name = text(header, 'name');
      const value = member(header, 'value');
      assert.equal(value === null, name in hidden, `${name} is hidden, or not`);
      return `${name}: ${value ?? hidden[name]}`;
    });
    return [`${text(request, 'method')} ${pathname}${search} HTTP/1.1`, ...lines].join('\r\n');
  }

  const HIDDEN = { authorization: OWN.Authorization, 'x-route': OWN['X-Route'] };

  it('is what went over the wire, byte for byte, with the endpoint’s own headers hidden', async () => {
    const endpoint = text(await call('POST', '/v1/tenants/acme/endpoints', { url: target, headers: OWN }), 'id');
    const id = await post('order.paid');
    const sent = receiver.requests.at(-1);
    assert.equal(await shownHead(id, HIDDEN), sent?.head);
    assert.match(sent?.head ?? '', /\r\nx-iadvize-signature: sha256=[0-9a-f]{64}\r\n/);
    await call('DELETE', `/v1/tenants/acme/endpoints/${endpoint}`);
  });

  it('stays what was sent when URL, headers, secret, names and user agent have changed since', async () => {
    const endpoint = text(await call('POST', '/v1/tenants/acme/endpoints', { url: target, headers: OWN }), 'id');
    const path = `/v1/tenants/acme/endpoints/${endpoint}`;
    const first = await post('before');
    const sentFirst = receiver.requests.at(-1)?.head;
    const other = `http://127.0.0.1:${receiver.port}/another`;
    await call('PATCH', path, { url: other, headers: {}, secret: 'another secret of good length' });
    await service.stop(0);
    service = await start({
      userAgent: 'Acme-Webhooks/2',
      headerPrefix: 'x-acme-',
      headerSignature: 'X-Hub-Signature-256',
      headerDelivery: 'X-Request-Id',
    });
    const second = await post('after');
    const sentSecond = receiver.requests.at(-1)?.head ?? '';
    assert.equal(await shownHead(first, HIDDEN), sentFirst);
    assert.equal(await shownHead(second), sentSecond);
    assert.match(sentSecond, /^POST \/another HTTP/);
    for (const line of [
      /\r\nX-Request-Id: [0-9a-f-]{36}/,
      /\r\nx-acme-correlationid: /,
      /\r\nX-Hub-Signature-256: sha256=/,
    ])
      assert.match(sentSecond, line);
    assert.deepEqual(
      [
        member(await delivery(first), 'attempts', 0, 'version'),
        member(await delivery(second), 'attempts', 0, 'version'),
      ],
      [1, 2],
    );

    assert.deepEqual(await call('DELETE', `${path}/secrets/previous`), { erased: 1 });
    assert.deepEqual(await call('DELETE', `${path}/secrets/previous`), { erased: 0 });
    const request = member(await delivery(first), 'attempts', 0, 'request');
    assert.deepEqual([member(request, 'signature'), member(request, 'url')], [null, target]);
    assert.equal(await shownHead(second), sentSecond, 'the secret in force is still there');

    await call('DELETE', path);
    assert.equal(member(await delivery(first), 'attempts', 0, 'request'), null);
  });

  it('of a test is what went over the wire too', async () => {
    const endpoint = text(await call('POST', '/v1/tenants/acme/endpoints', { url: target }), 'id');
    const test = await call('POST', `/v1/tenants/acme/endpoints/${endpoint}/test`, {});
    const sent = receiver.requests.at(-1)?.head.split('\r\n').slice(1);
    const headers = list(test, 'attempt', 'request', 'headers');
    assert.deepEqual(
      headers.map((header) => `${text(header, 'name')}: ${text(header, 'value')}`),
      sent,
    );
    await call('DELETE', `/v1/tenants/acme/endpoints/${endpoint}`);
  });

  it('keeps the URL when the payload is erased, and loses the signature', async () => {
    const endpoint = text(await call('POST', '/v1/tenants/acme/endpoints', { url: target }), 'id');
    const id = await post('erased');
    await call('DELETE', `/v1/tenants/acme/events/${text(await delivery(id), 'eventId')}`);
    const request = member(await delivery(id), 'attempts', 0, 'request');
    assert.deepEqual([member(request, 'signature'), member(request, 'url')], [null, target]);
    await call('DELETE', `/v1/tenants/acme/endpoints/${endpoint}`);
  });
});
