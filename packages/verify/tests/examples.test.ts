import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { registerHooks } from 'node:module';
import type { Server } from 'node:net';
import { after, before, describe, it } from 'node:test';

const secret = 'phsec_0123456789abcdef';
const eventId = '0192d3a4-5b6c-7d8e-9f00-112233445566';
/** JSON that no parser and serialiser gives back as it was. */
const body = Buffer.from(`{ "eventId" : "${eventId}",\n  "price":300.20, "name" : "Zo\\u00eb 🦊", "2":1, "1":2 }`);
const query = "idProject=1234&b=%C3%AB+M'|x&a=%2F&a=1?2";
const sign = (signed: string | Buffer, key = secret) =>
  `sha256=${createHmac('sha256', key).update(signed).digest('hex')}`;

// The examples say what users write; here it means this package's source instead of what was built last.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === '@posthorn/verify' ? new URL('../src/index.ts', import.meta.url).href : specifier, context),
});
process.env['WEBHOOK_SECRET'] = secret;
process.env['PORT'] = '0';
// Keeps Express from printing the errors that are provoked here.
process.env['NODE_ENV'] = 'test';

for (const [name, load] of [
  ['express', () => import('../examples/express.ts')],
  ['fastify', () => import('../examples/fastify.ts')],
  ['hono', () => import('../examples/hono.ts')],
  ['node-http', () => import('../examples/node-http.ts')],
] as const) {
  describe(`the example for ${name}`, () => {
    let server: Server;
    let port: number;

    before(async () => {
      ({ server } = await load());
      if (!server.listening) await once(server, 'listening');
      const address = server.address();
      port = typeof address === 'object' && address !== null ? address.port : 0;
    });
    after(() => server.close());

    /** Makes a call that nothing on the way touches: neither the URL nor the headers nor the body. */
    async function call(method: string, path: string, headers: Record<string, string>, sent?: Buffer) {
      const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
      outgoing.end(sent);
      const [response] = await once(outgoing, 'response');
      let text = '';
      for await (const chunk of response) text += chunk;
      return { status: Number(response.statusCode), text };
    }
    const post = (signature: string | undefined, sent: Buffer | undefined, type?: string) =>
      call(
        'POST',
        '/webhooks',
        {
          ...(signature !== undefined && { 'x-iadvize-signature': signature }),
          ...(type !== undefined && { 'content-type': type }),
        },
        sent,
      );
    const get = (signature: string, rawQuery: string) =>
      call('GET', `/webhooks${rawQuery === '' ? '' : `?${rawQuery}`}`, { 'x-iadvize-signature': signature });

    it('accepts a call that is signed over the raw body', async () => {
      const { status, text } = await post(sign(body), body, 'application/json');
      assert.ok(status === 200 || status === 204, `status ${status}`);
      if (status === 200) assert.deepEqual(JSON.parse(text), { received: eventId });
    });

    it('refuses one that is signed with another secret, wrongly or not at all', async () => {
      for (const signature of [sign(body, 'another'), 'sha256=', 'nonsense', undefined]) {
        assert.equal((await post(signature, body, 'application/json')).status, 401);
      }
    });

    it('refuses one whose body was changed, be it by white space only', async () => {
      const compact = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
      assert.equal((await post(sign(body), compact, 'application/json')).status, 401);
    });

    it('refuses what strangers send: no body, no type, other types, no JSON', async () => {
      assert.equal((await post(sign(body), undefined)).status, 401);
      assert.equal((await post(sign(body), undefined, 'application/json')).status, 401);
      for (const type of [undefined, 'text/plain', 'multipart/form-data', 'nonsense']) {
        const { status } = await post(sign(body), Buffer.from('{"a":'), type);
        assert.ok(status === 401 || status === 415, `status ${status} for ${type}`);
      }
    });

    it('refuses a body over its limit', async () => {
      const outcome = await post(sign(body), Buffer.alloc(1024 * 1024 + 1, ' '), 'application/json').catch(
        () => undefined,
      );
      assert.ok(outcome === undefined || outcome.status === 413, `status ${outcome?.status}`);
    });

    it('accepts a GET call that is signed over the raw query, and no other', async () => {
      assert.equal((await get(sign(query), query)).status, 204);
      assert.equal((await get(sign(''), '')).status, 204);
      assert.equal((await get(sign(query), `${query}&c=1`)).status, 401);
      assert.equal((await get(sign(query), decodeURIComponent(query).replace('ë', 'e'))).status, 401);
      assert.equal((await get('sha256=', query)).status, 401);
    });
  });
}

describe('the example for fetch handlers', () => {
  const env = { WEBHOOK_SECRET: secret };
  const receive = async (signature: string | undefined, sent: Buffer, method = 'POST') => {
    const { default: worker } = await import('../examples/fetch.ts');
    const headers = new Headers(signature === undefined ? {} : { 'x-iadvize-signature': signature });
    const hasBody = method === 'POST';
    return worker.fetch(new Request('https://example.com/', { method, headers, ...(hasBody && { body: sent }) }), env);
  };

  it('accepts a call that is signed over the raw body', async () => {
    const response = await receive(sign(body), body);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { received: eventId });
  });

  it('refuses any other', async () => {
    assert.equal((await receive(sign(body, 'another'), body)).status, 401);
    assert.equal((await receive(undefined, body)).status, 401);
    assert.equal((await receive(sign(body), Buffer.from('{}'))).status, 401);
    assert.equal((await receive(sign(body), body, 'GET')).status, 405);
  });
});
