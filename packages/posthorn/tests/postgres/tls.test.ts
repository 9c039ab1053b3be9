// The way to Postgres with TLS, against a server with a private authority: what each sslmode takes and refuses, as libpq does,
// and what `doctor` and `serve` say of it.
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { inspectPostgres, openPostgresStore } from '../../src/adapters/postgres/index.ts';
import { createAuthority } from '../../src/apps/receiver/certificates.ts';
import { StoreRefused } from '../../src/seams/store/index.ts';
import { ownFolder, run, serve } from '../cli/command.ts';
import { createTestDatabase, type PostgresServer, startPostgres } from '../support/postgres.ts';

/** Whom Postgres runs as when the tests run as root. */
const SERVER_USER = 65_534;
const root = ownFolder();

const authority = await createAuthority();
const stranger = await createAuthority();
const caFile = join(root, 'ca.pem');
writeFileSync(caFile, authority.caPem);

/** A server with TLS whose certificate is for `localhost`. @param hba lines of its pg_hba.conf */
async function startWithTls(name: string, hba: string): Promise<PostgresServer> {
  const folder = join(root, name);
  mkdirSync(folder, { mode: 0o755 });
  const { certPem, keyPem } = await authority.issue(['localhost']);
  const files = { 'server.crt': certPem, 'server.key': keyPem, 'pg_hba.conf': hba };
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
    if (process.getuid?.() === 0) chownSync(join(folder, file), SERVER_USER, SERVER_USER);
  }
  if (process.getuid?.() === 0) for (const path of [root, folder]) chownSync(path, SERVER_USER, SERVER_USER);
  return await startPostgres({
    ssl: 'on',
    ssl_cert_file: join(folder, 'server.crt'),
    ssl_key_file: join(folder, 'server.key'),
    hba_file: join(folder, 'pg_hba.conf'),
  });
}

function withMode(url: string, query: string, host = '127.0.0.1'): string {
  const changed = new URL(url);
  changed.hostname = host;
  return `${changed.href}${query}`;
}

/** Opens a store there, and tells how many of its sessions the server says are encrypted. */
async function encryption(url: string, extraCa: readonly string[] = []): Promise<'all' | 'none' | 'mixed'> {
  const store = await openPostgresStore({ url, extraCa });
  await Promise.all([store.ping(), store.tenants({ after: null, limit: 1 })]);
  const plain = new URL(url);
  plain.search = '';
  const client = new Client({ connectionString: plain.href, ssl: { rejectUnauthorized: false } });
  await client.connect().catch(() => {});
  const { rows } = await client.query<{ ssl: boolean }>(
    `select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'posthorn'`,
  );
  await client.end();
  await store.close();
  assert.ok(rows.length > 0);
  return rows.every(({ ssl }) => ssl) ? 'all' : rows.some(({ ssl }) => ssl) ? 'mixed' : 'none';
}

async function refusal(url: string, extraCa: readonly string[] = []): Promise<string> {
  try {
    await (await openPostgresStore({ url, extraCa })).close();
  } catch (error) {
    assert.ok(error instanceof StoreRefused, String(error));
    return error.message;
  }
  throw new Error('it was not refused');
}

describe('Postgres with TLS and a private authority', () => {
  let server: PostgresServer;
  before(async () => {
    server = await startWithTls(
      'both',
      'host all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n',
    );
  });
  after(() => server.remove());

  const ours = [authority.caPem];
  const theirs = [stranger.caPem];
  const UNTRUSTED = /from an authority that is not trusted: give that one by POSTHORN_EXTRA_CA or sslrootcert\.$/;
  const OTHER_NAME = /is for another name/;
  for (const [query, host, extraCa, expected] of [
    ['', '127.0.0.1', [], 'all'],
    ['?sslmode=disable', '127.0.0.1', [], 'none'],
    ['?sslmode=allow', '127.0.0.1', [], 'none'],
    ['?sslmode=prefer', '127.0.0.1', theirs, 'all'],
    ['?sslmode=require', '127.0.0.1', [], 'all'],
    ['?sslmode=require', '127.0.0.1', ours, 'all'],
    ['?sslmode=require', '127.0.0.1', theirs, UNTRUSTED],
    [`?sslmode=require&sslrootcert=${caFile}`, '127.0.0.1', theirs, 'all'],
    ['?sslmode=verify-ca', '127.0.0.1', [], UNTRUSTED],
    ['?sslmode=verify-ca', '127.0.0.1', ours, 'all'],
    ['?sslmode=verify-full', '127.0.0.1', ours, OTHER_NAME],
    ['?sslmode=verify-full', 'localhost', ours, 'all'],
    ['?sslmode=verify-full', 'localhost', [], UNTRUSTED],
    [`?sslmode=verify-full&sslrootcert=${caFile}`, 'localhost', [], 'all'],
    ['?sslrootcert=system', 'localhost', [], UNTRUSTED],
    ['?sslmode=verify-full&sslnegotiation=direct', 'localhost', ours, 'all'],
    ['?sslmode=verify-full&sslnegotiation=direct', '127.0.0.1', ours, OTHER_NAME],
  ] as const) {
    const trust = extraCa === ours ? ', with its CA' : extraCa === theirs ? ', with another CA' : '';
    it(`${query.replace(caFile, '<its CA>') || 'no sslmode'} to ${host}${trust}: ${expected}`, async () => {
      const url = withMode(server.url, query, host);
      if (typeof expected === 'string') assert.equal(await encryption(url, extraCa), expected);
      else assert.match(await refusal(url, extraCa), expected);
    });
  }

  it('is told of by doctor, and prints no warning of the driver', async () => {
    const cwd = join(root, 'doctor');
    mkdirSync(cwd);
    const look = async (query: string, environment = {}) => {
      const { stdout, stderr } = await run(['doctor'], {
        cwd,
        environment: {
          POSTHORN_DATABASE_URL: withMode(server.url, query, 'localhost'),
          POSTHORN_PORT: '1',
          ...environment,
        },
      });
      assert.doesNotMatch(stderr, /warning/i);
      return /^.*the connection is.*$/m.exec(stdout)?.[0] ?? stdout;
    };
    const trusting = { POSTHORN_EXTRA_CA: caFile };
    assert.match(await look('?sslmode=verify-full', trusting), /^✓ database +.*encrypted, and .* name are checked$/);
    assert.match(await look('?sslmode=require', trusting), /^✓ database +.*encrypted, .*checked, not its name$/);
    assert.match(
      await look('?sslmode=require'),
      /^✓ database +.*encrypted, but the server's certificate is not checked$/,
    );
    assert.match(await look('?sslmode=disable'), /^✓ database +.*not encrypted, and does not leave this machine$/);
    assert.match(await look('?sslmode=verify-full'), /^✗ database .*POSTHORN_EXTRA_CA/m);
  });

  it('is where serve stores, with POSTHORN_EXTRA_CA', async () => {
    const cwd = join(root, 'serve');
    mkdirSync(cwd);
    const environment = {
      POSTHORN_DATABASE_URL: withMode(server.url, '?sslmode=require'),
      POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      POSTHORN_API_KEY: 'a-key-of-the-encrypted',
      POSTHORN_EXTRA_CA: caFile,
    };
    const migrated = await run(['migrate'], { cwd, environment });
    assert.deepEqual([migrated.status, migrated.stderr], [0, '']);
    const { service, url } = await serve(cwd, environment);
    assert.ok((await fetch(`${url}/readyz`)).ok);
    const { status, stderr } = await service.stop();
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('is refused with a sentence and status 2 for an sslmode that is none', async () => {
    const environment = { POSTHORN_DATABASE_URL: withMode(server.url, '?sslmode=on') };
    const { status, stderr } = await run(['migrate'], { cwd: root, environment });
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^posthorn: POSTHORN_DATABASE_URL \(127\.0\.0\.1:\d+\/postgres\): sslmode must be one of .*\.\n$/,
    );
  });
});

describe('Postgres that takes only one way', () => {
  it('with TLS: allow comes to it, disable is refused and told why', async () => {
    const server = await startWithTls('only', 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
    assert.equal(await encryption(withMode(server.url, '?sslmode=allow')), 'all');
    assert.match(await refusal(withMode(server.url, '?sslmode=disable')), /\(28000\)\. .*pg_hba\.conf.*sslmode/);
    await server.remove();
  });

  it('in clear, though it has TLS: prefer comes to it', async () => {
    const server = await startWithTls('clear', 'hostnossl all all 127.0.0.1/32 scram-sha-256\n');
    const { link } = await inspectPostgres(withMode(server.url, '?sslmode=prefer'), [], 'x');
    assert.equal(link, 'clear');
    await server.remove();
  });

  it('without TLS: prefer is in clear, require is refused', async () => {
    const database = await createTestDatabase();
    assert.equal((await inspectPostgres(`${database.url}?sslmode=prefer`, [], 'x')).link, 'clear');
    assert.match(await refusal(`${database.url}?sslmode=require`), /Turn TLS on there/);
    await database.drop();
  });

  it('not with a wrong password: said as what it is, once', async () => {
    const database = await createTestDatabase();
    const url = new URL(database.url);
    url.password = 'wrong';
    assert.match(await refusal(url.href), /\(28P01\)\. Correct the user and the password in POSTHORN_DATABASE_URL\.$/);
    url.password = new URL(database.url).password;
    url.pathname = '/nowhere';
    assert.match(await refusal(url.href), /\(3D000\)\. Create the database/);
    await database.drop();
  });
});
