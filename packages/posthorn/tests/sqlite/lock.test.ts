// One process per data folder: the lock is the system's, it names who holds it, and it is gone with that process.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { migrateSqlite } from '../../src/adapters/sqlite/index.ts';
import { StoreRefused } from '../../src/seams/store/index.ts';
import { dataFolder, open, Writer } from './folder.ts';

describe('a data folder in use', () => {
  it('is refused to a second process, which learns who uses it', async (test) => {
    const directory = dataFolder(test);
    const store = await open(directory);
    const second = new Writer(test, directory);
    const answer = await second.line();
    assert.match(answer, /^refused in_use: /);
    assert.ok(answer.includes(`process ${process.pid}`) && answer.includes(directory), answer);
    await store.ping();
    await store.close();
  });

  it('is refused to the same process too, and to a migration', async (test) => {
    const directory = dataFolder(test);
    const store = await open(directory);
    const inUse = (error: unknown) => error instanceof StoreRefused && error.code === 'in_use';
    await assert.rejects(open(directory), inUse);
    await assert.rejects(migrateSqlite(directory), inUse);
    // Neither attempt has broken the lock.
    assert.match(await new Writer(test, directory).line(), /^refused in_use: /);
    await store.close();
  });

  it('is free at once when its process was killed', async (test) => {
    const directory = dataFolder(test);
    const first = new Writer(test, directory);
    assert.equal(await first.line(), 'open');
    await assert.rejects(open(directory), { code: 'in_use', message: new RegExp(`process ${first.process.pid}`) });
    await first.kill();
    const store = await open(directory);
    assert.equal(readFileSync(join(directory, 'posthorn.pid'), 'utf8').trim(), `${process.pid}`);
    await store.close();
  });

  it('is free when it was closed, and forgets who used it', async (test) => {
    const directory = dataFolder(test);
    await (await open(directory)).close();
    assert.equal(existsSync(join(directory, 'posthorn.pid')), false);
    await (await open(directory)).close();
  });
});
