// A file or folder that cannot be used is refused with a sentence that says how to go on, and stays as it was.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { migrateSqlite } from '../../src/adapters/sqlite/index.ts';
import { type StoreRefused, StoreUnavailable } from '../../src/seams/store/index.ts';
import { tenantId, WALL } from '../store-contract/makers.ts';
import { databaseFile, dataFolder, hashOf, open, Writer } from './folder.ts';

/** A user without rights, where the tests run as root and nothing else would be read-only to them. */
const NOBODY = 65_534;

describe('refusing', () => {
  it('a database that was written by a newer program', async (test) => {
    const directory = await usedFolder(test);
    const known = alter(directory, (db) => {
      const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number };
      db.exec(`pragma user_version = ${version + 1}`);
      return version;
    });
    await assertRefused(directory, 'newer', new RegExp(`version is ${known + 1}.*up to ${known}`));
  });

  it('a file that is no database', async (test) => {
    const directory = dataFolder(test);
    writeFileSync(databaseFile(directory), 'my diary\n'.repeat(1_000));
    await assertRefused(directory, 'not_a_database', /posthorn\.db.*(backup|move it away)/);
  });

  it('a database of another program', async (test) => {
    const directory = dataFolder(test);
    alter(directory, (db) => db.exec('create table recipes (name text) strict'));
    await assertRefused(directory, 'not_a_database', /another program/);
  });

  it('a database that was cut short', async (test) => {
    const directory = await usedFolder(test);
    truncateSync(databaseFile(directory), 5_000);
    await assertRefused(directory, 'not_a_database', /damaged/);
  });

  it('a folder that is not there', async (test) => {
    const directory = join(dataFolder(test), 'missing');
    await assert.rejects(open(directory), { name: 'StoreRefused', code: 'unreachable', message: /no data folder/ });
  });

  it('a file in the place of the folder', async (test) => {
    const directory = join(dataFolder(test), 'file');
    writeFileSync(directory, '');
    await assert.rejects(open(directory), { name: 'StoreRefused', code: 'unreachable' });
  });

  it('a folder that cannot be written to', async (test) => {
    const directory = join(dataFolder(test), 'data');
    mkdirSync(directory);
    await assertReadOnly(test, directory, 0o555);
  });

  it('a database file that cannot be written to', async (test) => {
    const directory = await usedFolder(test);
    chmodSync(databaseFile(directory), 0o444);
    const before = hashOf(databaseFile(directory));
    await assertReadOnly(test, directory, 0o777);
    assert.equal(hashOf(databaseFile(directory)), before);
  });
});

describe('migrating', () => {
  it('tells the versions before and after, and finds nothing to do the second time', async (test) => {
    const directory = dataFolder(test);
    const { from, to } = await migrateSqlite(directory);
    assert.equal(from, 0);
    assert.ok(to > 0);
    assert.deepEqual(await migrateSqlite(directory), { from: to, to });
    const store = await open(directory);
    await store.ping();
    await store.close();
  });
});

describe('a closed store', () => {
  it('answers every call with an error that says so', async (test) => {
    const store = await open(dataFolder(test));
    await store.close();
    await store.close();
    await assert.rejects(store.ping(), (error) => error instanceof StoreUnavailable && /closed/.test(error.message));
  });
});

/** A folder with a database in it, closed. */
async function usedFolder(test: TestContext): Promise<string> {
  const directory = dataFolder(test);
  const store = await open(directory);
  await store.putTenant(tenantId('acme'), undefined, WALL);
  await store.close();
  return directory;
}

function alter<Result>(directory: string, change: (db: DatabaseSync) => Result): Result {
  const db = new DatabaseSync(databaseFile(directory));
  const result = change(db);
  db.close();
  return result;
}

async function assertRefused(directory: string, code: StoreRefused['code'], message: RegExp): Promise<void> {
  const before = hashOf(databaseFile(directory));
  await assert.rejects(open(directory), { name: 'StoreRefused', code, message });
  await assert.rejects(migrateSqlite(directory), { name: 'StoreRefused', code });
  assert.equal(hashOf(databaseFile(directory)), before);
}

/** Root may write everywhere, so the folder is opened by a process without rights. */
async function assertReadOnly(test: TestContext, directory: string, mode: number): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chmodSync(join(directory, '..'), 0o755);
  chmodSync(directory, mode);
  const answer = await new Writer(test, directory, isRoot ? NOBODY : undefined).line();
  chmodSync(directory, 0o755);
  assert.match(answer, /^refused read_only: .*writ/);
}
