import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ownFolder, Running, run, serve } from './command.ts';

const root = ownFolder();
const own = (name: string) => {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
};
const status = async (url: string, key?: string) =>
  (await fetch(url, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })).status;

describe('posthorn serve', { concurrency: 3 }, () => {
  it('starts from nothing, is ready, and ends with status 0 when asked to', async () => {
    const { service, url } = await serve(own('plain'));
    assert.equal(await status(`${url}/readyz`), 200);
    const { status: exit, stdout } = await service.stop();
    assert.equal(exit, 0);
    assert.match(stdout, /"msg":"stopped"/);
  });

  it('makes a data folder that only its owner can read, with the encryption key in it', async () => {
    const cwd = own('modes');
    const { service } = await serve(cwd);
    assert.equal(statSync(join(cwd, 'data')).mode & 0o777, 0o700);
    assert.equal(statSync(join(cwd, 'data', 'encryption.key')).mode & 0o777, 0o600);
    await service.stop('SIGINT');
  });

  it('shows the API key it made once, outside the log, and stores only a hash', async () => {
    const cwd = own('key');
    const first = await serve(cwd);
    const [key = ''] = await first.service.output(/ph_api_\w+/);
    assert.equal(await status(`${first.url}/v1/tenants`, key), 200);
    assert.equal(await status(`${first.url}/v1/tenants`, `${key.slice(0, -1)}-`), 401);
    const { stdout } = await first.service.stop();
    assert.ok(!stdout.includes(key));
    const second = await serve(cwd);
    assert.equal(await status(`${second.url}/v1/tenants`, key), 200);
    const { stdout: log, stderr } = await second.service.stop();
    assert.doesNotMatch(log + stderr, /ph_api_/);
    for (const file of readdirSync(join(cwd, 'data'))) {
      assert.ok(!readFileSync(join(cwd, 'data', file)).includes(key), file);
    }
  });

  it('shows the API key it made even if it cannot listen then: no other one will be made', async () => {
    const cwd = own('key-and-port');
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const refused = await run(['serve', '--port', String(port)], { cwd });
    other.close();
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^posthorn: Cannot listen on /m);
    const [key = ''] = /ph_api_[\w-]+/.exec(refused.stderr) ?? [];
    const { service, url } = await serve(cwd);
    assert.equal(await status(`${url}/v1/tenants`, key), 200);
    await service.stop();
  });

  it('takes a key that it is given instead', async () => {
    const key = 'a key of my own making';
    const { service, url } = await serve(own('given'), { POSTHORN_API_KEY: key.replaceAll(' ', '-') });
    assert.equal(await status(`${url}/v1/tenants`, key.replaceAll(' ', '-')), 200);
    assert.doesNotMatch((await service.stop()).stderr, /ph_api_/);
  });

  it('lets no second process on its data folder, and names the first', async () => {
    const cwd = own('locked');
    const { service } = await serve(cwd);
    const second = await run(['serve', '--port', '0'], { cwd });
    assert.equal(second.status, 1);
    assert.match(second.stderr, new RegExp(`^posthorn: .*\\b${service.pid}\\b`));
    assert.equal(second.stderr.trim().split('\n').length, 1);
    await service.stop();
  });

  it('refuses another encryption key than the one that the secrets were encrypted with', async () => {
    const cwd = own('wrong-key');
    await (await serve(cwd)).service.stop();
    const wrong = await run(['serve', '--port', '0'], {
      cwd,
      environment: { POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') },
    });
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /POSTHORN_ENCRYPTION_KEY is not the one/);
    rmSync(join(cwd, 'data', 'encryption.key'));
    const missing = await run(['serve', '--port', '0'], { cwd });
    assert.equal(missing.status, 2);
    assert.match(missing.stderr, /encryption\.key is missing/);
  });

  it('says in one sentence that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { status: exit, stderr } = await run(['serve', '--port', String(address.port)], { cwd: own('port') });
    other.close();
    assert.equal(exit, 1);
    assert.match(stderr, /^posthorn: Cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\): it is in use: .*\.\n$/m);
  });

  it('lives on when nobody reads its log any more', async () => {
    const { service, url } = await serve(own('pipe'), {
      POSTHORN_LOG_LEVEL: 'debug',
      POSTHORN_API_KEY: 'x'.repeat(16),
    });
    service.child.stdout?.destroy();
    service.child.stderr?.destroy();
    const headers = { authorization: `Bearer ${'x'.repeat(16)}`, 'content-type': 'application/json' };
    await fetch(`${url}/v1/tenants/acme`, { method: 'PUT', headers, body: '{}' });
    for (let i = 0; i < 20; i++) {
      const body = JSON.stringify({ type: 'a.b', payload: {} });
      const answer = await fetch(`${url}/v1/tenants/acme/events`, { method: 'POST', headers, body });
      assert.equal(answer.status, 202);
    }
    assert.equal((await service.stop()).status, 0);
  });

  it('lives on, and stops, when the reader of its log stands still', async () => {
    const key = 'y'.repeat(16);
    const { service, url } = await serve(own('stuck'), { POSTHORN_LOG_LEVEL: 'debug', POSTHORN_API_KEY: key });
    service.child.stdout?.pause();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    await fetch(`${url}/v1/tenants/acme`, { method: 'PUT', headers, body: '{}' });
    // A line each: several times what the pipe between the processes holds.
    const events = Array.from({ length: 1_000 }, () => ({ type: 'a.b', payload: {} }));
    const answer = await fetch(`${url}/v1/tenants/acme/events/batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ events }),
    });
    assert.equal(answer.status, 202);
    const exited = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    service.child.stdout?.resume();
  });

  it('does not wait for a client that has connected and says nothing', async () => {
    const { service, url } = await serve(own('silent'));
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    await once(silent, 'connect');
    // The service has taken the connection when it answers a later one.
    assert.equal(await status(`${url}/healthz`), 200);
    const asked = performance.now();
    assert.equal((await service.stop()).status, 0);
    const took = performance.now() - asked;
    assert.ok(took < 10_000, `${took} ms`);
    silent.destroy();
  });

  it('warns while http: callback URLs are accepted', async () => {
    const service = new Running(['serve', '--port', '0', '--allow-http'], { cwd: own('http') });
    await service.output(/"level":"warn".*http: callback URLs are accepted/);
    await service.stop();
  });

  it('dies with status 3, to be started again, when its storage thread dies', async () => {
    const cwd = own('death');
    // Loaded before the service: lets a signal end the thread.
    writeFileSync(
      join(cwd, 'deadly.cjs'),
      `const threads = require('node:worker_threads');
       threads.Worker = class extends threads.Worker {
         constructor(...given) { super(...given); process.on('SIGUSR2', () => this.terminate()); }
       };
       require('node:module').syncBuiltinESMExports();`,
    );
    const { service, url } = await serve(cwd, { NODE_OPTIONS: '--require ./deadly.cjs' });
    assert.equal(await status(`${url}/readyz`), 200);
    const { status: exit, stdout } = await service.stop('SIGUSR2');
    assert.equal(exit, 3);
    assert.match(stdout, /"level":"error".*"msg":"the service died and must be started again"/);
  });

  it('is stopped by a signal to npm, as npm start runs it', async () => {
    const cwd = own('npm');
    const repository = new URL('../../../../', import.meta.url);
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8'));
    const start = String(scripts.start).replace('packages/', `${fileURLToPath(repository)}packages/`);
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ scripts: { start } }));
    const npm = new Running([], { cwd, program: ['npm', 'start'], environment: { POSTHORN_PORT: '0' } });
    await npm.output(/"msg":"listening"/);
    const { status: exit, stdout } = await npm.stop();
    assert.equal(exit, 0);
    assert.match(stdout, /"msg":"stopped"/);
  });
});
