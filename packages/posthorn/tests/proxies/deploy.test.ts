// docs/deploy.md is kept true: its blocks run in the real nginx and the real Caddy before a real service, and a browser's
// requests go through them: pages with their files, signing in and out, the API, the live stream.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createAuthority } from '../../src/apps/receiver/certificates.ts';
import { ownFolder, type Running, serve } from '../cli/command.ts';
import { installed } from '../support/installed.ts';
import { documentedBlock, type ProxyKind, proxyPort, type RunningProxy, startProxy } from '../support/proxies.ts';

const KEY = 'the-key-behind-the-proxy';
/** A stream that is buffered says nothing for as long as it is open. */
const STREAM_DEADLINE_MS = 10_000;
const root = ownFolder();
const authority = await createAuthority();

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const AT_ROOT = 'https://hooks.example.com';
const BELOW = 'https://example.com/webhooks';
const takesAway = (kind: ProxyKind, block: string) =>
  kind === 'nginx' ? block.replace('127.0.0.1:4400;', '127.0.0.1:4400/;') : block.replace('handle ', 'handle_path ');
/** A block without the line that passes the browser's host on: nginx then names the server behind it. */
const replacesHost = (_: ProxyKind, block: string) => block.replace('proxy_set_header Host $host;', '');

for (const kind of ['nginx', 'caddy'] as const) {
  const program = installed(kind);
  const cases: (readonly [name: string, address: string, change?: (kind: ProxyKind, block: string) => string])[] = [
    ['at the root', AT_ROOT],
    ['below a path that it leaves on', BELOW],
    ['below a path that it takes away', BELOW, takesAway],
    ...(kind === 'nginx' ? ([['with a host that it replaces', AT_ROOT, replacesHost]] as const) : []),
  ];
  for (const [name, address, change = (_: ProxyKind, block: string) => block] of cases) {
    describe(`Posthorn behind ${kind} ${name}`, { skip: program === undefined }, () => {
      const { hostname, pathname } = new URL(address);
      const path = pathname === '/' ? '' : pathname;
      let service: Running;
      let proxy: RunningProxy;
      /** Scheme, host and port that a browser sees. */
      let site: string;

      before(async () => {
        const port = await proxyPort();
        site = `https://${hostname}:${port}`;
        const cwd = join(root, `${kind} ${name}`);
        mkdirSync(cwd);
        const served = await serve(cwd, { POSTHORN_API_KEY: KEY, POSTHORN_PUBLIC_URL: site + path });
        service = served.service;
        const block = documentedBlock(kind, address);
        const changed = change(kind, block);
        proxy = await startProxy({
          program: program ?? '',
          kind,
          block: changed,
          certificate: await authority.issue([hostname]),
          upstream: new URL(served.url).host,
          port,
        });
      });

      after(async () => {
        await proxy?.stop();
        await service?.stop();
      });

      function open(
        method: string,
        target: string,
        headers: Record<string, string>,
        body = '',
      ): Promise<IncomingMessage> {
        const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
        request(
          {
            host: '127.0.0.1',
            port: proxy.port,
            servername: hostname,
            ca: authority.caPem,
            method,
            path: target,
            agent: false,
            headers: { host: new URL(site).host, 'sec-fetch-site': 'same-origin', origin: site, ...headers },
          },
          resolve,
        )
          .on('error', reject)
          .end(body);
        return promise;
      }

      async function ask(
        method: string,
        target: string,
        headers: Record<string, string> = {},
        body = '',
      ): Promise<Answer> {
        const incoming = await open(method, target, headers, body);
        let text = '';
        for await (const part of incoming.setEncoding('utf8')) text += part;
        return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: text };
      }

      const json = { 'content-type': 'application/json' };
      const signIn = () => ask('POST', `${path}/session`, json, JSON.stringify({ key: KEY }));
      const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';

      it('answers', async () => {
        assert.equal((await ask('GET', `${path}/healthz`)).status, 200);
        assert.equal((await ask('GET', `${path}/v1/tenants`)).status, 401);
      });

      it('has pages whose files are there, at every depth', async () => {
        for (const page of [
          '/',
          '/all',
          '/t/acme',
          '/t/acme/deliveries/0190163d-8694-739b-aea5-966c26f8ad91',
          '/docs',
          '/docs/',
        ]) {
          const { status, body } = await ask('GET', path + page);
          assert.equal(status, 200, page);
          const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
          assert.ok(files.length >= 3, body);
          for (const file of files) {
            const { pathname: target } = new URL(file, site + path + page);
            assert.ok(target.startsWith(`${path}/`), `${page} asks for ${target}`);
            assert.equal((await ask('GET', target)).status, 200, `${page} asks for ${target}`);
          }
        }
      });

      it('leads to the dashboard from its path without a slash at the end', { skip: path === '' }, async () => {
        const { status, headers } = await ask('GET', path);
        assert.ok([301, 302, 308].includes(status), `${status}`);
        assert.equal(new URL(headers.location ?? '', site + path).pathname, `${path}/`);
        assert.equal((await ask('GET', `${path}/`)).status, 200);
      });

      it('describes itself with the address that people use', async () => {
        const { body } = await ask('GET', `${path}/openapi.json`);
        assert.deepEqual(JSON.parse(body).servers, [{ url: site + path }]);
      });

      it('signs in with a cookie for this address and for TLS, and out again', async () => {
        const signedIn = await signIn();
        assert.equal(signedIn.status, 200, signedIn.body);
        const attributes = signedIn.headers['set-cookie']?.[0]?.split('; ').slice(1);
        assert.deepEqual(attributes, [`Path=${path || '/'}`, 'HttpOnly', 'SameSite=Strict', 'Secure']);
        const cookie = cookieOf(signedIn);
        assert.match(cookie, path === '' ? /^__Host-posthorn-session=/ : /^__Secure-posthorn-session=/);
        assert.equal((await ask('GET', `${path}/v1/tenants`, { cookie })).status, 200);
        assert.equal((await ask('PUT', `${path}/v1/tenants/acme`, { cookie, ...json }, '{}')).status, 201);
        const foreign = { cookie, ...json, 'sec-fetch-site': 'cross-site' };
        assert.equal((await ask('PUT', `${path}/v1/tenants/acme`, foreign, '{}')).status, 403);
        assert.equal((await ask('DELETE', `${path}/session`, { cookie })).status, 204);
        assert.equal((await ask('GET', `${path}/v1/tenants`, { cookie })).status, 401);
      });

      it('streams what happens at once', async () => {
        const cookie = cookieOf(await signIn());
        await ask('PUT', `${path}/v1/tenants/acme`, { cookie, ...json }, '{}');
        const stream = await open('GET', `${path}/v1/stream`, { cookie });
        assert.equal(stream.statusCode, 200);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const overdue = setTimeout(() => reject(new Error('nothing came')), STREAM_DEADLINE_MS);
        let text = '';
        let posted = false;
        stream.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          if (!posted && text.includes('event: ready')) {
            posted = true;
            void ask('POST', `${path}/v1/tenants/acme/events`, { cookie, ...json }, '{"type":"a.b","payload":{}}');
          }
          if (text.includes('event: accepted')) resolve();
        });
        stream.on('error', () => {});
        await promise;
        clearTimeout(overdue);
        stream.destroy();
      });
    });
  }
}
