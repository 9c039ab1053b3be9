// Opening the store: the schema comes up to date once, whoever does it, and what cannot be used is refused with a reason.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { migratePostgres, openPostgresStore } from '../../src/adapters/postgres/index.ts';
import { StoreRefused } from '../../src/seams/store/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

describe('opening a Postgres store', () => {
  let database: TestDatabase;
  let session: Client;

  beforeEach(async () => {
    database = await createTestDatabase();
    session = new Client({ connectionString: database.url });
    await session.connect();
  });

  afterEach(async () => {
    await session.end();
    await database.drop();
  });

  async function refused(url: string, code: StoreRefused['code'], message: RegExp): Promise<void> {
    await assert.rejects(openPostgresStore({ url }), (error) => {
      assert.ok(error instanceof StoreRefused, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  }

  it('creates the schema in an empty database, and nothing outside it', async () => {
    const { from, to } = await migratePostgres(database.url);
    assert.equal(from, 0);
    assert.ok(to >= 1);
    assert.deepEqual(await migratePostgres(database.url), { from: to, to });
    const { rows } = await session.query(`select 1 from pg_tables where schemaname = 'public'`);
    assert.deepEqual(rows, []);
  });

  it('is done once by many processes that start together', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => migratePostgres(database.url)));
    assert.equal(answers.filter(({ from }) => from === 0).length, 1);
    const { rows } = await session.query('select number from posthorn.migration');
    assert.equal(rows.length, answers[0]?.to);
  });

  it('leaves nothing behind when it is interrupted, and completes the next time', async () => {
    await session.query('begin');
    await session.query('create schema posthorn');
    const interrupted = migratePostgres(database.url);
    interrupted.catch(() => {});
    const waiting = `
      select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name = 'posthorn'`;
    const watcher = new Client({ connectionString: database.url });
    await watcher.connect();
    for (;;) {
      const { rows } = await watcher.query<{ pid: number }>(waiting);
      if (rows[0] !== undefined) {
        await watcher.query('select pg_terminate_backend($1)', [rows[0].pid]);
        break;
      }
      await delay(5);
    }
    await assert.rejects(interrupted, StoreRefused);
    await session.query('rollback');
    assert.equal((await watcher.query(`select to_regnamespace('posthorn') as there`)).rows[0]?.there, null);
    await watcher.end();
    assert.equal((await migratePostgres(database.url)).from, 0);
  });

  it('refuses a database that a newer Posthorn has written, and does not touch it', async () => {
    await migratePostgres(database.url);
    await session.query(`insert into posthorn.migration (number, file) values (9999, '9999-future.sql')`);
    await refused(
      database.url,
      'newer',
      /has schema 9999, but this Posthorn knows schemas up to \d+ only\. Run the newer/,
    );
    assert.equal((await session.query('select 1 from posthorn.migration where number = 9999')).rows.length, 1);
  });

  it('says where it looked when nobody answers there, without the password', async () => {
    const url = new URL(database.url);
    url.port = '1';
    url.password = 'canary';
    await refused(
      url.href,
      'unreachable',
      /^Posthorn cannot use Postgres at 127\.0\.0\.1:1\/posthorn_test_\w+: .+ECONNREFUSED/,
    );
    await assert.rejects(openPostgresStore({ url: url.href }), (error) => !`${error}`.includes('canary'));
  });

  it('passes on why the server refuses: password, database, right to create', async () => {
    const wrongPassword = new URL(database.url);
    wrongPassword.password = 'wrong';
    const wrongDatabase = new URL(database.url);
    wrongDatabase.pathname = '/nowhere';
    const trusts = await openPostgresStore({ url: wrongPassword.href }).then(
      (store) => store.close().then(() => true),
      () => false,
    );
    if (!trusts) await refused(wrongPassword.href, 'unreachable', /password authentication failed/);
    await refused(wrongDatabase.href, 'unreachable', /"nowhere" does not exist/);
  });

  it('is refused for a URL that is none', async () => {
    await refused('postgres://[', 'unreachable', /^Posthorn cannot use Postgres at the configured address: /);
  });
});
