import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { createTestDatabase, startPostgres } from './postgres.ts';

async function answer(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<{ answer: unknown }>(sql)).rows[0]?.answer;
  } finally {
    await client.end();
  }
}

describe('the Postgres that tests use', () => {
  it('gives each caller an empty database of its own and removes it afterwards', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await answer(one.url, 'create table mine (id int)');
    assert.equal(await answer(two.url, "select to_regclass('mine') as answer"), null);
    await Promise.all([one.drop(), two.drop()]);
    await assert.rejects(answer(one.url, 'select 1'), /does not exist/);
  });

  it('is durable as a real one is', async () => {
    const database = await createTestDatabase();
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      assert.equal(await answer(database.url, `select current_setting('${setting}') as answer`), 'on');
    }
    await database.drop();
  });

  it('can be killed and started again with its data', async () => {
    const server = await startPostgres();
    await answer(server.url, 'create table kept as select 42 as answer');
    await server.kill();
    await assert.rejects(answer(server.url, 'select 1'));
    await server.start();
    assert.equal(await answer(server.url, 'select answer from kept'), 42);
    await server.remove();
  });

  it('ends and leaves nothing behind when the process that started it is killed', async () => {
    const program = `
      const { startPostgres } = await import(${JSON.stringify(new URL('./postgres-server.ts', import.meta.url).href)});
      const server = await startPostgres();
      const { Client } = await import('pg');
      const client = new Client({ connectionString: server.url });
      await client.connect();
      const { rows } = await client.query("select current_setting('data_directory') as folder");
      console.log(JSON.stringify({ pid: server.pid, folder: rows[0].folder }));
    `;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('.', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(owner.stdout, 'data');
    const { pid, folder } = JSON.parse(`${line}`) as { pid: number; folder: string };
    assert.ok(existsSync(folder));
    owner.kill('SIGKILL');
    while (existsSync(folder)) await delay(10);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});
