import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { ownFolder, Running, run, serve } from './command.ts';

const KEY = 'a-key-for-the-tests-of-the-command';
const SECRET = 'a secret for the tests of the command';
const root = ownFolder();

/** `posthorn listen` on a free port. */
async function listen(name: string, ...flags: string[]) {
  const cwd = join(root, name);
  mkdirSync(cwd);
  const listener = new Running(['listen', '--port', '0', '--json', '--secret', SECRET, ...flags], { cwd });
  const [line] = await listener.output(/^\{"listening".*$/m);
  const { listening, caFile }: { listening: string; caFile: string } = JSON.parse(line);
  return { listener, url: listening, caFile };
}

describe('posthorn listen, serve and send', () => {
  let listener: Running;
  let service: Running;
  let url: string;
  const environment = { POSTHORN_API_KEY: KEY };
  const api = async (method: string, path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.clone().text());
    return await answer.json();
  };
  const send = (input: string, ...parameters: string[]) =>
    run(['send', '--url', url, ...parameters], { cwd: root, environment, input });

  before(async () => {
    const receiver = await listen('receiver', '--fail', '1', '--status', '503');
    listener = receiver.listener;
    ({ service, url } = await serve(root, {
      ...environment,
      POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
      POSTHORN_EXTRA_CA: receiver.caFile,
      POSTHORN_USER_AGENT: 'Acme-Webhooks/1.0 (test)',
      POSTHORN_ALLOW_SHORT_SECRETS: 'true',
    }));
    await api('PUT', '/v1/tenants/acme', {});
    const endpoint = { url: `${receiver.url}/hook`, secret: SECRET, scheduleMs: [1_000], eventTypes: ['order.paid'] };
    await api('POST', '/v1/tenants/acme/endpoints', endpoint);
  });

  it('deliver an event, signed, digits kept, again after a failure', async () => {
    const { status, stdout } = await send('{"amount": 300.20}', 'order.paid', '--tenant', 'acme');
    assert.equal(status, 0);
    const [, eventId = ''] = /^accepted {2}event (\S+) {2}order\.paid/.exec(stdout) ?? [];
    assert.match(stdout, /^ {2}delivery \S+ {2}to endpoint \S+$/m);
    await listener.output(/"seen":1,"status":200/);
    const calls = listener.stdout.split('\n').filter((line) => line.includes('"method"'));
    assert.equal(calls.length, 2);
    for (const line of calls) {
      const call: { verdict: string; target: string; headers: [string, string][]; body: string } = JSON.parse(line);
      assert.deepEqual([call.verdict, call.target], ['verified', '/hook']);
      assert.match(call.body, /"amount":300\.20/);
      assert.equal(new Map(call.headers).get('user-agent'), 'Acme-Webhooks/1.0 (test)');
      assert.deepEqual(
        call.headers.find(([name]) => name === 'x-iadvize-correlationid'),
        ['x-iadvize-correlationid', eventId],
      );
    }
    await service.output(/"level":"info".*"msg":"attempt 1 failed, next in 1\.0 s/);
  });

  it('warn that short secrets are accepted', async () => {
    await service.output(/"level":"warn".*secrets of less than 16 bytes are accepted/);
  });

  it('answer an event that is sent again with the first result', async () => {
    const id = '0198a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
    await send('{}', 'nobody.wants', '--tenant', 'acme', '--id', id);
    const { status, stdout } = await send('{}', 'nobody.wants', '--tenant', 'acme', '--id', id);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^already accepted {2}event ${id}`));
    assert.match(stdout, /matches no endpoint/);
  });

  it('take an id of any text, and find its deliveries by it', async () => {
    const { status, stdout } = await send('{}', 'order.paid', '--tenant', 'acme', '--id', 'order/20417');
    assert.equal(status, 0);
    assert.match(stdout, /^accepted {2}event [0-9a-f]{8}-[0-9a-f]{4}-5.*\n {2}own id order\/20417\n {2}delivery /);
    const parameters = ['deliveries', '--tenant', 'acme', '--event', 'order/20417', '--json', '--url', url];
    const found = await run(parameters, { cwd: root, environment });
    assert.match(found.stdout, /"eventType": "order.paid"/);
  });

  it('end with status 1 and the sentence of the API when it refuses', async () => {
    const unknown = await send('{}', 'order.paid', '--tenant', 'nobody');
    assert.deepEqual([unknown.status, unknown.stdout], [1, '']);
    assert.match(unknown.stderr, /^posthorn: There is no tenant nobody/);
    const wrongKey = await send('{}', 'order.paid', '--tenant', 'acme', '--api-key', 'wrong');
    assert.equal(wrongKey.status, 1);
    assert.match(wrongKey.stderr, /valid API key/);
  });

  it('say so when nobody answers', async () => {
    const parameters = ['send', 'a.b', '--tenant', 'a', '--url', 'http://127.0.0.1:1'];
    const { status, stderr } = await run(parameters, { cwd: root, input: '{}' });
    assert.equal(status, 1);
    assert.match(stderr, /^posthorn: No Posthorn answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/);
  });

  it('end with status 0 when asked to', async () => {
    assert.equal((await service.stop()).status, 0);
    assert.equal((await listener.stop('SIGINT')).status, 0);
  });
});

describe('a service that is told twice to stop', () => {
  it('ends at once, though a call is under way', async () => {
    const receiver = await listen('hangs', '--delay', '60s');
    const folder = join(root, 'impatient');
    mkdirSync(folder);
    const { service, url } = await serve(folder, {
      POSTHORN_API_KEY: KEY,
      POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
      POSTHORN_EXTRA_CA: receiver.caFile,
    });
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const post = (path: string, body: unknown, method = 'POST') =>
      fetch(url + path, { method, headers, body: JSON.stringify(body) });
    await post('/v1/tenants/acme', {}, 'PUT');
    await post('/v1/tenants/acme/endpoints', { url: `${receiver.url}/`, secret: SECRET });
    await post('/v1/tenants/acme/events', { type: 'a.b', payload: {} });
    await receiver.listener.output(/"method":"POST"/);
    service.child.kill('SIGTERM');
    await service.output(/"msg":"stopping"/);
    // The second one counts only when it is not the echo of the first.
    const signals = setInterval(() => service.child.kill('SIGTERM'), 100);
    const { status } = await service.ended;
    clearInterval(signals);
    assert.equal(status, 143);
  });
});
