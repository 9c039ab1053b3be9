// Two processes on one Postgres behind a balancer that gives each request to the other one: whoever signs in at one is known
// to both, over a restart too, until he signs out at either.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownFolder, type Running, serve } from '../cli/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { type Balancer, startRoundRobin } from '../support/round-robin.ts';

const KEY = 'the-key-of-both-processes';
const root = ownFolder();

interface Served {
  service: Running;
  url: string;
}

describe('signing in at two processes behind a balancer', () => {
  let database: TestDatabase;
  let environment: Record<string, string>;
  let first: Served;
  let second: Served;
  let balancer: Balancer;

  const start = (name: string, changes: Record<string, string> = {}) => {
    const cwd = join(root, name);
    mkdirSync(cwd, { recursive: true });
    return serve(cwd, { ...environment, ...changes });
  };

  before(async () => {
    database = await createTestDatabase();
    environment = {
      POSTHORN_DATABASE_URL: database.url,
      POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      POSTHORN_API_KEY: KEY,
    };
    [first, second] = await Promise.all([start('first'), start('second')]);
    balancer = await startRoundRobin([() => first.url, () => second.url]);
  });

  after(async () => {
    await balancer.close();
    await Promise.all([first.service.stop(), second.service.stop()]);
    await database.drop();
  });

  async function ask(path: string, cookie = '', options: RequestInit = {}): Promise<Response> {
    const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    return await fetch(balancer.url + path, { headers, ...options });
  }

  async function signIn(): Promise<string> {
    const answer = await ask('/session', '', { method: 'POST', body: JSON.stringify({ key: KEY }) });
    assert.equal(answer.status, 200, await answer.text());
    return answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  }

  /** The statuses of so many reads, which both processes answer in turns. */
  async function statuses(cookie: string, count = 6): Promise<number[]> {
    const seen: number[] = [];
    for (let index = 0; index < count; index++) seen.push((await ask('/v1/tenants', cookie)).status);
    return [...new Set(seen)];
  }

  it('is done once, and every read and the live stream goes well', async () => {
    const cookie = await signIn();
    assert.deepEqual(await statuses(cookie, 12), [200]);
    for (let stream = 0; stream < 2; stream++) {
      const abort = new AbortController();
      const answer = await ask('/v1/stream', cookie, { signal: abort.signal, headers: { cookie } });
      assert.equal(answer.status, 200);
      abort.abort();
    }
    assert.match(await (await ask('/session', cookie)).text(), /"signedIn":true/);
    assert.ok(
      balancer.given.every((count) => count >= 7),
      String(balancer.given),
    );
  });

  it('outlasts a restart of both, one after the other', async () => {
    const cookie = await signIn();
    await first.service.stop();
    first = await start('first');
    await second.service.stop();
    second = await start('second');
    assert.deepEqual(await statuses(cookie), [200]);
  });

  it('ends everywhere by signing out at one', async () => {
    const [mine, theirs] = [await signIn(), await signIn()];
    assert.equal(
      (await ask('/session', mine, { method: 'DELETE', headers: { cookie: mine, 'sec-fetch-site': 'same-origin' } }))
        .status,
      204,
    );
    assert.deepEqual(await statuses(mine), [401]);
    assert.deepEqual(await statuses(theirs), [200]);
  });

  it('ends when the key that it was done with is taken away', async () => {
    const cookie = await signIn();
    await second.service.stop();
    second = await start('second', { POSTHORN_API_KEY: 'another-key-from-now-on' });
    assert.deepEqual((await statuses(cookie)).sort(), [200, 401]);
    await first.service.stop();
    first = await start('first', { POSTHORN_API_KEY: 'another-key-from-now-on' });
    assert.deepEqual(await statuses(cookie), [401]);
  });
});
