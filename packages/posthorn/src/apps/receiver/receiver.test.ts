import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { headerNamesOf } from '../../domain/profile.ts';
import { answers, failsFirst, hangs } from './behaviour.ts';
import { type Authority, createAuthority } from './certificates.ts';
import { type ReceivedCall, type Receiver, startReceiver } from './receiver.ts';

const SECRET = 'a secret of the tests';
const sign = (text: string) => `sha256=${createHmac('sha256', SECRET).update(text).digest('hex')}`;

describe('the receiver', () => {
  const calls: ReceivedCall[] = [];
  const ends: boolean[] = [];
  let authority: Authority;
  let receiver: Receiver;

  before(async () => {
    authority = await createAuthority();
    receiver = await startReceiver({
      host: '127.0.0.1',
      port: 0,
      certificate: await authority.issue(['127.0.0.1']),
      headerNames: headerNamesOf('x-acme-'),
      route: (path) => {
        if (path === '/hangs') return { secret: SECRET, behave: hangs };
        if (path === '/flaky') return { secret: SECRET, behave: failsFirst(2, 503, 200) };
        if (path === '/open') return { secret: undefined, behave: answers(204) };
        return path === '/hook' ? { secret: SECRET, behave: answers(202) } : undefined;
      },
      onCall: (call) => calls.push(call),
      onEnd: (_call, _at, answered) => ends.push(answered),
    });
  });
  after(() => receiver.close());

  interface Sent {
    readonly target: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  }
  async function send({ target, method = 'POST', headers = {}, body }: Sent): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    request(receiver.url + target, { method, headers, ca: authority.caPem, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end(body);
    return await promise;
  }
  const why = () => {
    const check = calls.at(-1)?.check;
    return check === undefined || check.verdict === 'verified' ? check?.verdict : `${check.verdict}: ${check.why}`;
  };

  it('verifies a POST over its body, and a GET over its query string', async () => {
    assert.equal(
      await send({ target: '/hook', headers: { 'X-Acme-Signature': sign('{"a":1}') }, body: '{"a":1}' }),
      202,
    );
    assert.equal(why(), 'verified');
    await send({ target: '/hook?a=1&b=%20', method: 'GET', headers: { 'x-acme-signature': sign('a=1&b=%20') } });
    assert.equal(why(), 'verified');
  });

  it('says why a call is not genuine', async () => {
    await send({ target: '/hook', body: '{}' });
    assert.equal(why(), 'refused: it has no signature header');
    await send({ target: '/hook', headers: { 'x-acme-signature': 'sha1=00' }, body: '{}' });
    assert.equal(why(), 'refused: its signature is not sha256=<64 hex digits>');
    await send({ target: '/hook', headers: { 'x-acme-signature': sign('{"a":1}') }, body: '{"a":2}' });
    assert.equal(why(), 'refused: it was signed with another secret, or changed on the way');
    await send({ target: '/open', body: '{}' });
    assert.equal(why(), 'unchecked: no secret was given');
  });

  it('fails the first calls of each event, then succeeds', async () => {
    const statuses: number[] = [];
    for (const event of ['one', 'one', 'two', 'one']) {
      statuses.push(await send({ target: '/flaky', headers: { 'x-acme-correlationid': event } }));
    }
    assert.deepEqual(statuses, [503, 503, 503, 200]);
  });

  it('knows no other path, and takes no endless body', async () => {
    const before = calls.length;
    assert.equal(await send({ target: '/elsewhere' }), 404);
    assert.equal(await send({ target: '/hook', body: 'x'.repeat(1_024 * 1_024 + 1) }), 413);
    assert.equal(calls.length, before);
  });

  it('can hang, and notices when the caller gives up', async () => {
    ends.length = 0;
    const call = request(`${receiver.url}/hangs`, { method: 'POST', ca: authority.caPem, agent: false });
    call.on('error', () => undefined).end('{}');
    const until = async (done: () => boolean) => {
      while (!done()) await new Promise((resolve) => setImmediate(resolve));
    };
    await until(() => calls.at(-1)?.target === '/hangs');
    call.destroy();
    await until(() => ends.length === 1);
    assert.deepEqual(ends, [false]);
  });
});
