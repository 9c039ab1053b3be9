import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ApiBench, KEY, type Method } from '../../../tests/support/api-bench.ts';
import { MAX_WRONG_KEYS } from '../api/limits.ts';
import { readPages } from './pages.ts';

const HOST = 'localhost:4400';
const OURS = { host: HOST, 'sec-fetch-site': 'same-origin' };
const JSON_BODY = { 'content-type': 'application/json' };

async function signIn(bench: ApiBench, headers: Record<string, string> = OURS, key = KEY) {
  return await bench.app.inject({
    method: 'POST',
    url: '/session',
    headers: { ...headers, ...JSON_BODY },
    payload: JSON.stringify({ key }),
  });
}

async function cookieOf(bench: ApiBench, headers: Record<string, string> = OURS): Promise<string> {
  const answer = await signIn(bench, headers);
  assert.equal(answer.statusCode, 200, answer.body);
  return String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
}

describe('signing in', () => {
  it('exchanges the key for a cookie that no script can read and no other site sends', async () => {
    await using bench = await ApiBench.open();
    const answer = await signIn(bench);
    assert.match(
      String(answer.headers['set-cookie']),
      /^posthorn-session-4400=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    assert.deepEqual(answer.json(), {
      signedIn: true,
      version: '0.0.0-test',
    });
  });

  it('takes no more than a key needs: anybody may try', async () => {
    await using bench = await ApiBench.open();
    assert.equal((await signIn(bench, OURS, 'x'.repeat(8_192))).statusCode, 413);
  });

  it('behind TLS gives a cookie that travels on TLS only and belongs to this host only', async () => {
    await using bench = await ApiBench.open();
    const headers = { host: 'hooks.example', 'x-forwarded-proto': 'https', 'sec-fetch-site': 'same-origin' };
    const answer = await signIn(bench, headers);
    assert.match(
      String(answer.headers['set-cookie']),
      /^__Host-posthorn-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  it('is refused where the key could be read on its way', async () => {
    await using bench = await ApiBench.open();
    const answer = await signIn(bench, { host: 'hooks.example', 'sec-fetch-site': 'same-origin' });
    assert.equal(answer.statusCode, 403);
    assert.match(answer.json().detail, /https/);
  });

  it('is refused with a wrong key, and told to wait after many', async () => {
    await using bench = await ApiBench.open();
    for (let count = 0; count < MAX_WRONG_KEYS; count++) {
      const answer = await signIn(bench, OURS, `wrong${count}`);
      assert.equal(answer.statusCode, 401);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    assert.equal((await signIn(bench, OURS, 'wrong')).statusCode, 429);
    assert.equal((await signIn(bench)).statusCode, 200);
  });

  it('is refused from pages of others', async () => {
    await using bench = await ApiBench.open();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: `http://${HOST}` },
      { origin: 'http://localhost:9999' },
      { origin: 'null' },
      {},
    ]) {
      assert.equal((await signIn(bench, { host: HOST, ...headers })).statusCode, 403, JSON.stringify(headers));
    }
    assert.equal((await signIn(bench, { host: HOST, origin: `http://${HOST}` })).statusCode, 200);
  });
});

describe('a session', () => {
  let bench: ApiBench;
  let cookie: string;
  const ask = (method: Method, url: string, headers: Record<string, string>) =>
    bench.request({ method, url, headers: { host: HOST, ...headers } });
  before(async () => {
    bench = await ApiBench.open();
    await bench.tenant('acme');
    cookie = await cookieOf(bench);
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('reads what a key reads', async () => {
    assert.equal((await ask('GET', '/v1/tenants', { cookie })).status, 200);
    assert.equal((await ask('GET', '/v1/tenants', { cookie: `a=b; ${cookie}; c=d` })).status, 200);
  });

  it('changes things from our own pages only', async () => {
    const put = (headers: Record<string, string>) => ask('PUT', '/v1/tenants/acme', { cookie, ...headers });
    assert.equal((await put({ 'sec-fetch-site': 'same-origin' })).status, 200);
    assert.equal((await put({ origin: `http://${HOST}` })).status, 200);
    for (const site of ['cross-site', 'same-site', 'none', ''])
      assert.equal((await put({ 'sec-fetch-site': site })).status, 403, site);
    assert.equal((await put({ origin: 'https://evil.example' })).status, 403);
    assert.equal((await put({})).status, 403);
  });

  it('is not asked when a key is shown: the key decides', async () => {
    assert.equal((await ask('GET', '/v1/tenants', { cookie, authorization: 'Bearer wrong' })).status, 401);
  });

  it('is known by its cookie only', async () => {
    const [name = '', token = ''] = cookie.split('=');
    for (const wrong of [`${name}=`, `${name}=${token}x`, `x${name}=${token}`, `__Host-${name}=${token}`, token]) {
      assert.equal((await ask('GET', '/v1/tenants', { cookie: wrong })).status, 401, wrong);
    }
  });

  it('of another port is another one', async () => {
    const { status } = await bench.request({
      method: 'GET',
      url: '/v1/tenants',
      headers: { host: 'localhost:4401', cookie },
    });
    assert.equal(status, 401);
  });

  it('ends when somebody signs out', async () => {
    const own = await cookieOf(bench);
    assert.equal((await ask('GET', '/session', { cookie: own })).status, 200);
    const out = await ask('DELETE', '/session', { cookie: own, 'sec-fetch-site': 'same-origin' });
    assert.equal(out.status, 204);
    assert.match(String(out.headers['set-cookie']), /=; .*Max-Age=0$/);
    assert.deepEqual((await ask('GET', '/session', { cookie: own })).body, { signedIn: false });
    assert.equal((await ask('GET', '/v1/tenants', { cookie: own })).status, 401);
  });
});

describe('the pages', () => {
  let bench: ApiBench;
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-pages-'));
  before(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Posthorn</title>');
    writeFileSync(join(folder, 'assets', 'main-1a2b.js'), 'export {};');
    bench = await ApiBench.open({ pages: readPages(folder) });
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('are one document at every address of the dashboard, under a strict policy', async () => {
    for (const url of ['/', '/all', '/t/acme', '/t/acme/deliveries?state=pending']) {
      const { statusCode, body, headers } = await bench.app.inject({ url });
      assert.equal(statusCode, 200, url);
      assert.match(body, /Posthorn/);
      assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/);
      assert.equal(headers['cache-control'], 'no-cache');
    }
  });

  it('do not hide what is missing', async () => {
    for (const url of [
      '/nothing',
      '/v1/nothing',
      '/assets/none.js',
      '/assets/../../package.json',
      '/t',
      '/index.html',
    ]) {
      assert.ok([401, 404].includes((await bench.app.inject({ url })).statusCode), url);
    }
  });

  it('have files that browsers keep, packed for those that can unpack', async () => {
    const url = '/assets/main-1a2b.js';
    const plain = await bench.app.inject({ url });
    assert.equal(plain.body, 'export {};');
    assert.match(String(plain.headers['cache-control']), /immutable/);
    assert.equal(plain.headers['content-encoding'], undefined);
    const packed = await bench.app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
  });

  it('are absent from a build without them', () => {
    assert.equal(readPages(join(folder, 'assets')), undefined);
  });
});
