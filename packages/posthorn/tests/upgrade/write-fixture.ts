// Writes the fixtures of `release.test.ts`: a database with everything in it that a release can leave behind, and what its
// API said of it. It drives a built checkout of that release through its front door, so it outlives changes of the source:
// `node write-fixture.ts <checkout> <name>`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { FIXTURE_KEY, FIXTURES } from './fixture.ts';

const [checkout, name] = process.argv.slice(2);
if (checkout === undefined || name === undefined) throw new Error('usage: node write-fixture.ts <checkout> <name>');

const API_KEY = 'a-key-for-writing-fixtures';
const HOUR_MS = 3_600_000;
/** Longer than counts wait before they are written down. */
const TALLIES_MS = 12_000;

/** Answers by the path that it is called at: `/fail` 500, `/hang` never, anything else 200. */
const receiver = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url?.startsWith('/hang')) return;
    response.writeHead(request.url?.startsWith('/fail') ? 500 : 200, { 'x-receiver': 'fixture' });
    response.end(request.url?.startsWith('/fail') ? 'no' : 'thanks');
  });
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const folder = mkdtempSync(join(tmpdir(), 'posthorn-fixture-'));
mkdirSync(FIXTURES, { recursive: true });
try {
  const data = join(folder, 'data');
  const facts = await fill({ POSTHORN_DATA: data });
  const file = join(folder, 'whole.db');
  for (const end of ['', '-wal']) cpSync(join(data, `posthorn.db${end}`), `${file}${end}`);
  const db = new DatabaseSync(file);
  db.exec('pragma wal_checkpoint(truncate); pragma journal_mode = delete; vacuum;');
  db.close();
  writeFileSync(join(FIXTURES, `${name}.sqlite.db.gz`), gzipSync(readFileSync(file)));
  writeFileSync(join(FIXTURES, `${name}.sqlite.facts.gz`), gzipSync(JSON.stringify(facts)));

  const server = await startPostgres();
  const postgresFacts = await fill({ POSTHORN_DATABASE_URL: server.url });
  const rows = await dump(server.url);
  await server.remove();
  writeFileSync(join(FIXTURES, `${name}.postgres.rows.gz`), gzipSync(JSON.stringify(rows)));
  writeFileSync(join(FIXTURES, `${name}.postgres.facts.gz`), gzipSync(JSON.stringify(postgresFacts)));
} finally {
  rmSync(folder, { recursive: true });
  receiver.closeAllConnections();
  receiver.close();
}

/** Fills a new store through a service of the release, which is then killed. @returns what its API said at the end */
async function fill(store: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const child = spawn(
    process.execPath,
    [join(`${checkout}`, 'packages/posthorn/bin/posthorn.js'), 'serve', '--port', '0'],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        POSTHORN_API_KEY: API_KEY,
        POSTHORN_ENCRYPTION_KEY: FIXTURE_KEY,
        POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
        POSTHORN_ALLOW_HTTP: 'true',
        ...store,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  const exited = once(child, 'exit');
  const url = await until(() => /"url":"([^"]+)"/.exec(log)?.[1]);

  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : await answer.json();
  };
  const idOf = (value: unknown): string => String(Object(value).id);
  const list = async (path: string): Promise<{ id: string; state?: string }[]> =>
    Object(await call('GET', `${path}?limit=200`)).data;
  const endpoint = async (tenant: string, path: string, settings: object = {}): Promise<string> =>
    idOf(await call('POST', `/tenants/${tenant}/endpoints`, { url: receiverUrl + path, ...settings }));
  const event = (tenant: string, type: string, payload: object = {}) =>
    call('POST', `/tenants/${tenant}/events`, { type, payload });
  const quiet = (tenant: string, states: Readonly<Record<string, number>>) =>
    until(async () => {
      const found = await list(`/tenants/${tenant}/deliveries`);
      const enough = Object.entries(states).every(
        ([state, count]) => found.filter((one) => one.state === state).length >= count,
      );
      return enough ? true : undefined;
    });

  await call('PUT', '/tenants/acme', { name: 'Acme “Søren” & Co' });
  await call('PUT', '/tenants/globex', {});
  await call('PUT', '/tenants/gone', {});
  const well = await endpoint('acme', '/well?token=abc', {
    eventTypes: ['order.created', 'user.*'],
    description: 'Takes orders.\nAnd “users”.',
    secret: 'the secret of the endpoint that works',
    headers: { authorization: 'Bearer receiver-token', 'x-team': 'orders' },
    scheduleMs: [5_000, 10_000, 86_400_000],
    connectTimeoutMs: 2_500,
    replyTimeoutMs: 20_000,
  });
  const failing = await endpoint('acme', '/fail', { eventTypes: ['order.*'], scheduleMs: [HOUR_MS] });
  await endpoint('acme', '/fail/for/ever', { eventTypes: ['invoice.paid'], scheduleMs: [] });
  const off = await endpoint('acme', '/fail/off', {
    eventTypes: ['late.one'],
    secret: 'the secret of the disabled one',
    scheduleMs: [4_000, HOUR_MS],
  });
  const removed = await endpoint('acme', '/removed?token=secret-of-the-deleted', { eventTypes: ['order.created'] });
  await endpoint('globex', '/well');
  await endpoint('gone', '/well');

  for (let number = 1; number <= 12; number++) {
    await event('acme', 'order.created', { number, amount: '300.20', note: 'café €' });
  }
  await event('acme', 'invoice.paid', { number: 1 });
  await event('acme', 'nobody.wants.this', {});
  await event('globex', 'user.created', { name: 'Zoë' });
  await event('gone', 'user.created', {});
  await quiet('acme', { succeeded: 24, exhausted: 1 });
  await quiet('globex', { succeeded: 1 });
  await quiet('gone', { succeeded: 1 });
  await call('DELETE', `/tenants/acme/endpoints/${removed}`);
  await call('DELETE', '/tenants/gone');
  // A change: its version is 2 from now on.
  await call('PATCH', `/tenants/acme/endpoints/${well}`, { description: 'Takes orders.' });

  // A manual attempt that fails, and one of a delivery whose next one is scheduled.
  const exhausted = (await list('/tenants/acme/deliveries')).find(({ state }) => state === 'exhausted');
  await call('POST', `/tenants/acme/deliveries/${exhausted?.id}/retry`);
  const pending = (await list('/tenants/acme/deliveries')).find(({ state }) => state === 'pending');
  await call('POST', `/tenants/acme/deliveries/${pending?.id}/retry`);
  const replay = async (body: object) => idOf(await call('POST', '/tenants/acme/replays', body));
  const completed = await replay({ endpointId: well, states: ['succeeded'] });
  await until(async () =>
    Object(await call('GET', `/tenants/acme/replays/${completed}`)).state === 'completed' ? true : undefined,
  );
  await quiet('acme', { succeeded: 24 });
  const cancelled = await replay({ endpointId: well, states: ['succeeded'], ratePerSecond: 1 });
  await call('POST', `/tenants/acme/replays/${cancelled}/cancel`);

  // Deliveries whose turn comes while their endpoint is disabled, and one that is in flight when the service dies.
  for (let number = 1; number <= 2; number++) await event('acme', 'late.one', { number });
  await quiet('acme', { succeeded: 24, pending: 14 });
  await call('POST', `/tenants/acme/endpoints/${off}/disable`);
  await endpoint('globex', '/hang', { eventTypes: ['slow.*'] });
  await event('globex', 'slow.one', { n: 1 });
  await delay(TALLIES_MS);
  await replay({ endpointId: well, states: ['succeeded'], ratePerSecond: 1 });

  const tenants: Record<string, unknown> = {};
  for (const tenant of ['acme', 'globex']) {
    const [endpoints, events, deliveries] = await Promise.all(
      ['endpoints', 'events', 'deliveries'].map((kind) => list(`/tenants/${tenant}/${kind}`)),
    );
    const each = (found: typeof endpoints, path: (id: string) => string) =>
      Promise.all((found ?? []).map(({ id }) => call('GET', `/tenants/${tenant}${path(id)}`)));
    tenants[tenant] = {
      tenant: await call('GET', `/tenants/${tenant}`),
      endpoints,
      secrets: await each(endpoints, (id) => `/endpoints/${id}/secret`),
      events: await each(events, (id) => `/events/${id}`),
      deliveries: await each(deliveries, (id) => `/deliveries/${id}`),
      replays: await list(`/tenants/${tenant}/replays`),
      statistics: await call('GET', `/stats?span=day&tenant=${tenant}`),
    };
  }
  child.kill('SIGKILL');
  await exited;
  return { receiver: receiverUrl, ids: { well, failing, off, removed }, tenants };
}

/** All rows, by table, as Postgres writes them in JSON. */
async function dump(url: string): Promise<Record<string, unknown>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'posthorn' order by 1`,
  );
  const rows: Record<string, unknown> = {};
  for (const table of tables) {
    const { rows: found } = await client.query<{ rows: string }>(
      `select coalesce(json_agg(t), '[]')::text as rows from posthorn.${table.name} as t`,
    );
    rows[table.name] = JSON.parse(found[0]?.rows ?? '[]');
  }
  await client.end();
  return rows;
}

async function until<Result>(look: () => Result | undefined | Promise<Result | undefined>): Promise<Result> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(100);
  }
  throw new Error('it did not come to pass within a minute');
}
