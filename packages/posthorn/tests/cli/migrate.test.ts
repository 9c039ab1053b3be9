import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createTestDatabase } from '../support/postgres.ts';
import { ownFolder, run, serve } from './command.ts';

const root = ownFolder();
const own = (name: string) => {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
};

describe('posthorn migrate', () => {
  it('brings a new data folder to the version of this program, once', async () => {
    const cwd = own('sqlite');
    const first = await run(['migrate', '--json'], { cwd });
    assert.equal(first.status, 0);
    const { from, to } = JSON.parse(first.stdout);
    assert.ok(from === 0 && to > 0);
    const second = await run(['migrate'], { cwd });
    assert.deepEqual([second.status, second.stdout], [0, `The store has version ${to} already.\n`]);
  });

  it('is refused while a service uses the folder', async () => {
    const cwd = own('in-use');
    const { service } = await serve(cwd);
    const { status, stderr } = await run(['migrate'], { cwd });
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`^posthorn: .*\\b${service.pid}\\b`));
    await service.stop();
  });

  it('does the same on Postgres, and serve runs there', async () => {
    const database = await createTestDatabase();
    const cwd = own('postgres');
    const environment = { POSTHORN_DATABASE_URL: database.url };
    const { status, stdout } = await run(['migrate'], { cwd, environment });
    assert.equal(status, 0);
    assert.match(stdout, /^From version 0 to \d+\.\n$/);

    const keyless = await run(['serve', '--port', '0'], { cwd, environment });
    assert.equal(keyless.status, 2);
    assert.match(keyless.stderr, /POSTHORN_ENCRYPTION_KEY is required with Postgres/);

    const key = { POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64') };
    const { service, url } = await serve(cwd, { ...environment, ...key });
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    assert.equal((await service.stop()).status, 0);
    assert.equal(existsSync(join(cwd, 'data')), false);
    await database.drop();
  });

  it('says in one sentence that the database cannot be reached', async () => {
    const environment = { POSTHORN_DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/d' };
    const { status, stderr } = await run(['migrate'], { cwd: own('nowhere'), environment });
    assert.equal(status, 1);
    assert.match(stderr, /^posthorn: [^\n]+\n$/);
    assert.doesNotMatch(stderr, /hunter2/);
  });
});
