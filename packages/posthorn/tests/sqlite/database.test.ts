// Several calls in one transaction: each stands or falls alone, and trouble with the disk is told as what it is.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { Connection } from '../../src/adapters/sqlite/connection.ts';
import { Database, type Reply, type Request } from '../../src/adapters/sqlite/database.ts';
import { closeFile, openFile } from '../../src/adapters/sqlite/file.ts';
import { migrate } from '../../src/adapters/sqlite/migrate.ts';
import { inTransaction } from '../../src/adapters/sqlite/transaction.ts';
import type { OwnerId } from '../../src/domain/ids.ts';
import { StoreRefused, StoreUnavailable } from '../../src/seams/store/index.ts';
import { eventFor } from '../store-contract/bench.ts';
import { newEndpoint, newEvent, newId, STEADY, tenantId, WALL } from '../store-contract/makers.ts';
import { databaseFile, dataFolder } from './folder.ts';

const acme = tenantId('acme');
const put = (name: string): Request => ({ name: 'putTenant', args: [tenantId(name), undefined, WALL] });
const tenants: Request = { name: 'tenants', args: [{ limit: 100, after: null }] };

function inMemory(): Connection {
  const db = new Connection(new DatabaseSync(':memory:'));
  migrate(db);
  return db;
}

describe('calls that share a transaction', () => {
  it('see what the earlier ones did and answer in their order', () => {
    const replies = new Database(inMemory).run([put('one'), put('two'), tenants]);
    assert.deepEqual(namesIn(replies[2]), ['one', 'two']);
  });

  it('do not fall with one that fails, and see nothing of it', () => {
    const database = new Database(inMemory);
    const owner = newId<OwnerId>();
    database.run([put('acme'), { name: 'join', args: [owner] }]);
    const [catalog] = database.run([{ name: 'catalog', args: [acme] }]);
    const { revision } = answerOf<{ revision: number }>(catalog);
    const half = [eventFor(newEvent(acme), []), eventFor(newEvent(acme), [newEndpoint(acme)])];
    const bad: Request = { name: 'accept', args: [owner, [{ tenantId: acme, revision, events: half }]] };
    const stranger: Request = { name: 'claimDue', args: [newId<OwnerId>(), STEADY, 5] };
    const replies = database.run([put('before'), bad, stranger, put('after'), tenants]);
    assert.deepEqual(
      replies.map(({ ok }) => ok),
      [true, false, false, true, true],
    );
    assert.ok(errorOf(replies[2]) instanceof StoreUnavailable);
    assert.deepEqual(namesIn(replies[4]), ['acme', 'after', 'before']);
    const [events] = database.run([{ name: 'eventsStep', args: [acme, {}, null, 10, 100] }]);
    assert.deepEqual(answerOf<{ items: unknown[] }>(events).items, []);
  });

  it('forget what they had remembered of what was undone', () => {
    const db = inMemory();
    const undone = new Error('undone');
    assert.throws(() => {
      inTransaction(db, () => {
        db.run(`insert into tenant (id, name, created_at, updated_at, revision) values ('acme', '', 0, 0, 1)`);
        assert.ok(db.names.tenant(acme));
        throw undone;
      });
    }, undone);
    assert.equal(db.names.tenant(acme), undefined);
  });
});

describe('a full disk', () => {
  it('is told as such, loses nothing, and is over when there is space again', () => {
    const db = inMemory();
    const database = new Database(() => db);
    database.run([put('before')]);
    const { pages } = db.get<{ pages: number }>('select page_count as pages from pragma_page_count') ?? { pages: 0 };
    db.exec(`pragma max_page_count = ${pages}`);
    const big: Request = { name: 'keep', args: ['big', new Uint8Array(500_000)] };
    for (const requests of [[big], [put('during'), big]]) {
      const replies = database.run(requests);
      const error = errorOf(replies.at(-1));
      assert.ok(error instanceof StoreUnavailable && error.code === 'disk_full', String(error));
      assert.match(error.message, /free some space/);
    }
    db.exec('pragma max_page_count = 1000000');
    assert.deepEqual(
      database.run([big, put('after')]).map(({ ok }) => ok),
      [true, true],
    );
    assert.ok(namesIn(database.run([tenants])[0]).includes('before'));
  });
});

describe('asking whether the store can be written to', () => {
  it('writes to the disk each time: a page that is written as it was is not written at all', (test) => {
    const directory = dataFolder(test);
    const database = new Database(() => openFile(directory).db);
    const sizes = [0, 1, 2].map(() => {
      const [reply] = database.run([{ name: 'ping', args: [] }]);
      assert.ok(reply?.ok);
      return statSync(`${databaseFile(directory)}-wal`).size;
    });
    database.close((db) => closeFile(db, directory));
    assert.deepEqual(
      sizes.map((size, index) => size > (sizes[index - 1] ?? 0)),
      [true, true, true],
    );
  });
});

/** A connection whose commits fail as if the disk had failed. */
class FailingConnection extends Connection {
  failing = false;

  override exec(sql: string): void {
    if (this.failing && sql === 'commit') throw Object.assign(new Error('disk I/O error'), { errcode: 1034 });
    super.exec(sql);
  }
}

/** A database in a folder whose disk can be made to fail; `beforeOpening` is called whenever it is opened. */
function failingDatabase(test: TestContext, beforeOpening: () => void): { database: Database; fail: () => void } {
  const directory = dataFolder(test);
  let current: FailingConnection | undefined;
  const database = new Database(() => {
    beforeOpening();
    closeFile(openFile(directory).db, directory);
    current = new FailingConnection(new DatabaseSync(databaseFile(directory)));
    return current;
  });
  test.after(() => database.close((db) => db.close()));
  return {
    database,
    fail: () => {
      if (current !== undefined) current.failing = true;
    },
  };
}

describe('an I/O error', () => {
  it('fails the calls it met, and the database is opened anew before the next', (test) => {
    let opened = 0;
    const { database, fail } = failingDatabase(test, () => {
      opened += 1;
    });
    database.run([put('before')]);
    fail();
    for (const reply of database.run([put('one'), put('two')])) {
      const error = errorOf(reply);
      assert.ok(error instanceof StoreUnavailable && error.code === 'unreachable');
      assert.match(error.message, /disk I\/O error.*check the disk/);
    }
    assert.deepEqual(namesIn(database.run([tenants])[0]), ['before']);
    assert.equal(opened, 2);
  });

  it('that keeps the database from being opened is told by every call until it is over', (test) => {
    let away = false;
    const { database, fail } = failingDatabase(test, () => {
      if (away) throw new StoreRefused('unreachable', 'the disk is away');
    });
    fail();
    database.run([put('one')]);
    away = true;
    assert.match(String(errorOf(database.run([put('one')])[0])), /the disk is away/);
    away = false;
    assert.deepEqual(namesIn(database.run([put('one'), tenants])[1]), ['one']);
  });

  it('after which another process has the folder ends the thread: there is no way on', (test) => {
    let taken = false;
    const { database, fail } = failingDatabase(test, () => {
      if (taken) throw new StoreRefused('in_use', 'somebody else was faster');
    });
    fail();
    database.run([put('one')]);
    taken = true;
    assert.throws(() => database.run([put('one')]), { name: 'StoreRefused', code: 'in_use' });
  });
});

function answerOf<Value>(reply: Reply | undefined): Value {
  if (reply?.ok !== true) throw reply?.error ?? new Error('there is no reply');
  return reply.value as Value;
}

function errorOf(reply: Reply | undefined): unknown {
  if (reply?.ok !== false) throw new Error('there is no error');
  return reply.error;
}

function namesIn(reply: Reply | undefined): string[] {
  return answerOf<{ id: string }[]>(reply).map(({ id }) => id);
}
