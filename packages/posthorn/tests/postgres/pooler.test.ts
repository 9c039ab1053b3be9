// Behind a pooler: refused at the start and by `doctor` if it hands sessions around, at work if it does not. And a database
// that refuses Posthorn's statements never ends the process.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { openPostgresStore } from '../../src/adapters/postgres/index.ts';
import { StoreRefused } from '../../src/seams/store/index.ts';
import { ownFolder, run, serve } from '../cli/command.ts';
import { installed } from '../support/installed.ts';
import { type Pooler, startPgBouncer } from '../support/pgbouncer.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const pgbouncer = installed('pgbouncer');
const root = ownFolder();
const key = Buffer.alloc(32, 3).toString('base64');

/** One sentence that names the pooler and the way out. */
const SENTENCE =
  /Postgres at 127\.0\.0\.1:\d+\/\w+ is behind a pooler .*PgBouncer.*: point POSTHORN_DATABASE_URL at .*own port, or .*pool_mode=session\)\.$/;

describe('a Postgres store behind PgBouncer', { skip: pgbouncer === undefined }, () => {
  let database: TestDatabase;
  let pooler: Pooler;
  const through = async (settings: Record<string, string>) => {
    pooler = await startPgBouncer(pgbouncer ?? '', database.url, settings);
    return pooler.url;
  };

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await pooler.stop();
    await database.drop();
  });

  for (const settings of [
    { pool_mode: 'transaction' },
    { pool_mode: 'transaction', server_round_robin: '1', min_pool_size: '4' },
    { pool_mode: 'transaction', default_pool_size: '1' },
    { pool_mode: 'statement' },
  ]) {
    it(`is refused with ${Object.entries(settings).join(' ')}`, async () => {
      const url = await through(settings);
      // Sessions at hand, to be given in turns.
      const others = Array.from({ length: 3 }, () => new Client({ connectionString: url }));
      for (const other of others) await other.connect();
      await Promise.all(others.map((other) => other.query('select pg_sleep(0.05)')));
      await assert.rejects(openPostgresStore({ url }), (error) => {
        assert.ok(error instanceof StoreRefused, String(error));
        assert.equal(error.code, 'wrong_settings');
        assert.match(error.message, SENTENCE);
        return true;
      });
      for (const other of others) await other.end();
    });
  }

  it('is refused while others keep it busy', async () => {
    const url = await through({ pool_mode: 'transaction' });
    let over = false;
    const busy = Array.from({ length: 6 }, async () => {
      const other = new Client({ connectionString: url });
      await other.connect();
      while (!over) await other.query('select 1');
      await other.end();
    });
    for (let round = 0; round < 10; round++) {
      await assert.rejects(openPostgresStore({ url }), ({ message }) => SENTENCE.test(message));
    }
    over = true;
    await Promise.all(busy);
  });

  it('is at work in session mode', async () => {
    const url = await through({ pool_mode: 'session' });
    const store = await openPostgresStore({ url });
    for (let round = 0; round < 3; round++) await Promise.all([store.ping(), store.backlogs(5), store.ping()]);
    await store.close();
  });

  it('is refused by serve with status 2 and one sentence, and found by doctor', async () => {
    const url = await through({ pool_mode: 'transaction' });
    const cwd = join(root, 'pooled');
    mkdirSync(cwd);
    const environment = { POSTHORN_DATABASE_URL: url, POSTHORN_ENCRYPTION_KEY: key, POSTHORN_PORT: '0' };
    const refused = await run(['serve'], { cwd, environment });
    assert.equal(refused.status, 2, refused.stderr);
    assert.match(refused.stderr.trim(), SENTENCE);
    assert.equal(refused.stderr.trim().split('\n').length, 1);
    assert.equal(refused.stdout, '');
    const looked = await run(['doctor', '--json'], { cwd, environment: { ...environment, POSTHORN_PORT: '1' } });
    const { findings }: { findings: { check: string; verdict: string; says: string }[] } = JSON.parse(looked.stdout);
    const found = findings.filter(({ check }) => check === 'database');
    assert.deepEqual(
      found.map(({ verdict }) => verdict),
      ['bad'],
    );
    assert.match(found[0]?.says ?? '', SENTENCE);
  });
});

describe('a service whose database refuses its statements', () => {
  let database: TestDatabase;
  let admin: Client;

  beforeEach(async () => {
    database = await createTestDatabase();
    admin = new Client({ connectionString: database.url });
    await admin.connect();
  });

  afterEach(async () => {
    await admin.end();
    await database.drop();
  });

  async function readiness(url: string): Promise<string> {
    return JSON.stringify(await (await fetch(`${url}/readyz`)).json());
  }

  async function until(state: () => Promise<boolean>): Promise<void> {
    while (!(await state())) await delay(20);
  }

  for (const [what, breaking, mending, said] of [
    [
      'a right is missing (42501)',
      'revoke all on all tables in schema posthorn from posthorn_clerk',
      'grant all on all tables in schema posthorn to posthorn_clerk',
      /lacks a right/,
    ],
    [
      'a table is gone (42P01)',
      'alter table posthorn.clock rename to elsewhere; alter table posthorn.owner rename to away',
      'alter table posthorn.elsewhere rename to clock; alter table posthorn.away rename to owner',
      /schema posthorn/,
    ],
  ] as const) {
    it(`lives on if ${what}: not ready, counted, and well again afterwards`, async () => {
      await admin.query(`
        drop role if exists posthorn_clerk;
        create role posthorn_clerk login password 'clerk';
      `);
      const url = new URL(database.url);
      url.username = 'posthorn_clerk';
      url.password = 'clerk';
      const cwd = join(root, what);
      mkdirSync(cwd);
      const migrated = await run(['migrate'], { cwd, environment: { POSTHORN_DATABASE_URL: database.url } });
      assert.equal(migrated.status, 0, migrated.stderr);
      await admin.query(`
        grant usage on schema posthorn to posthorn_clerk;
        grant all on all tables in schema posthorn to posthorn_clerk;
        grant all on all sequences in schema posthorn to posthorn_clerk;
      `);
      const apiKey = 'a-key-of-the-refused';
      const { service, url: api } = await serve(cwd, {
        POSTHORN_DATABASE_URL: url.href,
        POSTHORN_ENCRYPTION_KEY: key,
        POSTHORN_API_KEY: apiKey,
      });
      await until(async () => (await fetch(`${api}/readyz`)).ok);
      await admin.query(breaking);
      await until(async () => !(await fetch(`${api}/readyz`)).ok);
      assert.match(await readiness(api), said);
      const headers = { authorization: `Bearer ${apiKey}` };
      const metrics = await (await fetch(`${api}/metrics`, { headers })).text();
      assert.match(metrics, /^posthorn_store_failures_total\{reason="refused"\} [1-9]/m);
      await admin.query(mending);
      await until(async () => (await fetch(`${api}/readyz`)).ok);
      const { status, stdout } = await service.stop();
      assert.equal(status, 0, stdout);
      assert.match(stdout, said);
      await admin.query('drop owned by posthorn_clerk; drop role posthorn_clerk');
    });
  }
});
