// `posthorn doctor` as a process: beside a service, before one and after one, on both stores. It never changes anything.
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type NameServer, preloadFor, startNameServer } from '../support/name-server.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { ownFolder, Running, serve } from './command.ts';

const COMMAND = fileURLToPath(new URL('../../bin/posthorn.js', import.meta.url));
const root = ownFolder();
const own = (name: string) => {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
};

let names: NameServer;
before(async () => {
  names = await startNameServer(() => ({ code: 'NXDOMAIN' }));
});
after(() => names[Symbol.asyncDispose]());

interface Report {
  readonly status: number | null;
  readonly ok: boolean;
  readonly stderr: string;
  /** The lines of a check, each with its verdict before it. */
  of(check: string): string;
}

/** Runs it with a name server of the test's own, on a port where nothing listens unless said otherwise. */
async function doctor(cwd: string, environment: Record<string, string> = {}, ...flags: string[]): Promise<Report> {
  const { status, stdout, stderr } = await new Running(['doctor', '--json', ...flags], {
    cwd,
    environment: { POSTHORN_PORT: '1', ...environment },
    program: [process.execPath, '--import', preloadFor(names), COMMAND],
  }).ended;
  assert.doesNotMatch(stderr, / at .*\.js:\d/);
  const { ok, findings }: { ok: boolean; findings: { check: string; verdict: string; says: string }[] } =
    JSON.parse(stdout);
  return {
    status,
    ok,
    stderr,
    of: (check) =>
      findings
        .filter((finding) => finding.check === check)
        .map(({ verdict, says }) => `${verdict}: ${says}`)
        .join('\n'),
  };
}

/** Every file of a folder with its bytes. */
const contents = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'base64')]);

describe('posthorn doctor', { concurrency: 2 }, () => {
  it('finds nothing broken where nothing is there yet, and makes nothing', async () => {
    const cwd = own('new');
    const { status, ok, of } = await doctor(cwd);
    assert.deepEqual([status, ok], [0, true]);
    assert.match(of('data folder'), /^ok: .*\/data is made at the first start$/);
    assert.match(of('database'), /^ok: none yet/);
    assert.match(of('encryption key'), /^ok: none yet/);
    assert.match(of('settings'), /^ok: 1 set: POSTHORN_PORT$/);
    assert.match(of('name servers'), /^ok: 127\.0\.0\.1:\d+: answered in/);
    assert.match(of('service'), /^ok: none runs here/);
    assert.deepEqual(readdirSync(cwd), []);
  });

  it('misses no encryption key where none has been used', async () => {
    const cwd = own('migrated');
    const environment = { POSTHORN_DATA: cwd };
    assert.equal((await new Running(['migrate'], { cwd, environment }).ended).status, 0);
    const { status, of } = await doctor(cwd, environment);
    assert.equal(status, 0);
    assert.match(of('encryption key'), /^ok: none yet/);
  });

  it('says which process uses the data folder, and that it is ready', async () => {
    const cwd = own('running');
    const { service, url } = await serve(cwd);
    const { status, of } = await doctor(cwd, { POSTHORN_PORT: new URL(url).port });
    assert.equal(status, 0);
    assert.match(of('database'), new RegExp(`^ok: SQLite, .*\\nok: in use by process ${service.pid}$`));
    assert.equal(of('service'), `ok: ready at ${url}`);
    const elsewhere = await doctor(cwd);
    assert.match(
      elsewhere.of('service'),
      new RegExp(`^warn: process ${service.pid} uses the data folder, but nothing answers`),
    );
    await service.stop();
  });

  it('looks into the database when nobody uses it, and changes no byte, after a kill either', async () => {
    const cwd = own('resting');
    await (await serve(cwd)).service.stop();
    const stopped = contents(join(cwd, 'data'));
    assert.match(
      (await doctor(cwd)).of('encryption key'),
      /^ok: from data\/encryption\.key, the one the database was begun with$/,
    );
    assert.deepEqual(contents(join(cwd, 'data')), stopped);

    const { service } = await serve(cwd);
    await service.stop('SIGKILL');
    const killed = contents(join(cwd, 'data'));
    assert.ok(killed.some(([name]) => name === 'posthorn.db-wal'));
    const { status, of } = await doctor(cwd);
    assert.equal(status, 0);
    assert.match(of('database'), /its last process did not stop cleanly/);
    assert.deepEqual(contents(join(cwd, 'data')), killed);
  });

  it('finds a key that is another, missing or readable by others', async () => {
    const cwd = own('keys');
    await (await serve(cwd)).service.stop();
    const key = Buffer.alloc(32, 1).toString('base64');
    const other = await doctor(cwd, { POSTHORN_ENCRYPTION_KEY: key });
    assert.equal(other.status, 1);
    assert.match(other.of('encryption key'), /^bad: from POSTHORN_ENCRYPTION_KEY is not the one/);
    const file = join(cwd, 'data', 'encryption.key');
    chmodSync(file, 0o644);
    chmodSync(join(cwd, 'data'), 0o755);
    const open = await doctor(cwd);
    assert.equal(open.status, 0);
    assert.match(open.of('encryption key'), /^warn: users other than its owner can read the file$/m);
    assert.match(open.of('data folder'), /^warn: users other than its owner can open it \(mode 755\)/m);
    writeFileSync(file, 'hunter2');
    const damaged = await doctor(cwd);
    assert.match(damaged.of('encryption key'), /^bad: .*must be 32 random bytes/);
    rmSync(file);
    const missing = await doctor(cwd);
    assert.equal(missing.status, 1);
    assert.match(missing.of('encryption key'), /^bad: data\/encryption\.key is missing/);
  });

  it('finds a database that is not ours, or of a newer Posthorn', async () => {
    const cwd = own('strange');
    mkdirSync(join(cwd, 'data'), { mode: 0o700 });
    const file = join(cwd, 'data', 'posthorn.db');
    writeFileSync(file, 'something else');
    const strange = await doctor(cwd);
    assert.equal(strange.status, 1);
    assert.match(strange.of('database'), /^bad: .*is not a database of Posthorn/);
    rmSync(join(cwd, 'data'), { recursive: true });
    await (await serve(cwd)).service.stop();
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(99, 60);
    writeFileSync(file, bytes);
    assert.match((await doctor(cwd)).of('database'), /^bad: SQLite, .*, version 99, written by a newer Posthorn/);
    bytes.writeUInt32BE(1, 60);
    writeFileSync(file, bytes);
    assert.match((await doctor(cwd)).of('database'), /^warn: SQLite, .*, version 1; this program's is \d/);
  });

  it('finds a data folder that cannot be, and one that is in memory', async () => {
    const cwd = own('folders');
    writeFileSync(join(cwd, 'file'), '');
    assert.match((await doctor(cwd, { POSTHORN_DATA: 'file' })).of('data folder'), /^bad: .*\/file is a file$/);
    if (!existsSync('/dev/shm')) return;
    const inMemory = mkdtempSync('/dev/shm/posthorn-');
    const { of } = await doctor(cwd, { POSTHORN_DATA: inMemory });
    rmSync(inMemory, { recursive: true });
    assert.match(of('disk'), /^warn: the data folder is on tmpfs: it is in memory/m);
  });

  it('names every setting that is bad, and looks at what does not hang on them', async () => {
    const { status, of } = await doctor(
      own('settings'),
      { POSTHORN_PROT: '1', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      '--grace-ms',
      '30s',
    );
    assert.equal(status, 1);
    assert.match(of('settings'), /^bad: POSTHORN_PROT \(environment\) is no setting; did you mean POSTHORN_PORT\?$/m);
    assert.match(of('settings'), /^bad: --grace-ms "30s" must be a whole number/m);
    assert.match(of('settings'), /^bad: NODE_TLS_REJECT_UNAUTHORIZED=0 /m);
    assert.equal(of('data folder'), '');
    assert.match(of('system clock'), /^ok: /);
  });

  it('finds name servers that do not answer, and walks the way to a callback URL', async () => {
    const cwd = own('way');
    await using silent = await startNameServer(() => 'silence');
    const run = new Running(['doctor', '--endpoint-url', 'https://receiver.example/'], {
      cwd,
      environment: { POSTHORN_PORT: '1' },
      program: [process.execPath, '--import', preloadFor(silent), COMMAND],
    });
    const { status, stdout, stderr } = await run.ended;
    assert.equal(status, 1);
    assert.match(stdout, /^✗ name servers +127\.0\.0\.1:\d+: no answer \(ETIMEOUT\)\n +→ Correct \/etc\/resolv\.conf/m);
    assert.match(stdout, /^✗ endpoint {8}/m);
    assert.match(stderr, /^2 broken, 0 worth a look\.$/m);
    const closed = await doctor(
      cwd,
      { POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8' },
      '--endpoint-url',
      'https://127.0.0.1:1/',
    );
    assert.match(
      closed.of('endpoint'),
      /^ok: name: 127\.0\.0\.1, may be called .*\nbad: Nothing accepts connections to 127\.0\.0\.1/,
    );
  });

  for (const [url, environment, advice] of [
    ['https://127.0.0.1:1/', {}, /POSTHORN_ALLOW_NETWORKS/],
    ['https://localhost:1/', {}, /POSTHORN_ALLOW_NETWORKS/],
    ['https://192.0.2.1/', { POSTHORN_DENY_NETWORKS: '192.0.2.0/24' }, /POSTHORN_DENY_NETWORKS/],
    ['http://127.0.0.1:1/', { POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8' }, /POSTHORN_ALLOW_HTTP/],
    ['http://8.8.8.8/', { POSTHORN_ALLOW_HTTP: 'networks' }, /POSTHORN_ALLOW_NETWORKS/],
  ] as const) {
    it(`names the setting that keeps calls from ${url}`, async () => {
      const { of } = await doctor(own(`kept-${encodeURIComponent(url)}`), environment, '--endpoint-url', url);
      assert.match(of('endpoint'), advice);
    });
  }
});

describe('posthorn doctor on Postgres', () => {
  it('asks the server, and changes nothing', async () => {
    const database = await createTestDatabase();
    const cwd = own('postgres');
    const key = Buffer.alloc(32, 3).toString('base64');
    const environment = { POSTHORN_DATABASE_URL: database.url };
    const keyless = await doctor(cwd, environment);
    assert.equal(keyless.status, 1);
    assert.match(keyless.of('database'), /^ok: Postgres \d+.* at .*, version 0, answers in .*: nothing in it yet$/m);
    assert.match(keyless.of('encryption key'), /^bad: none is given/);

    const { service, url } = await serve(cwd, { ...environment, POSTHORN_ENCRYPTION_KEY: key });
    const beside = await doctor(cwd, {
      ...environment,
      POSTHORN_ENCRYPTION_KEY: key,
      POSTHORN_PORT: new URL(url).port,
    });
    assert.equal(beside.status, 0, beside.of('database'));
    assert.match(beside.of('database'), /^ok: [1-9]\d* of its \d+ sessions are Posthorn's$/m);
    assert.match(beside.of('encryption key'), /the one the database was begun with$/);
    assert.match(beside.of('system clock'), /as the database server's, give or take \d+ ms/);
    assert.equal(beside.of('data folder'), '');
    await service.stop();

    const other = await doctor(cwd, {
      ...environment,
      POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 4).toString('base64'),
    });
    assert.match(other.of('encryption key'), /^bad: from POSTHORN_ENCRYPTION_KEY is not the one/);
    assert.deepEqual(readdirSync(cwd), []);
    await database.drop();
  });

  it('says in one sentence that it cannot be reached, without its password', async () => {
    const { status, of } = await doctor(own('nowhere'), {
      POSTHORN_DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/d',
    });
    assert.equal(status, 1);
    assert.match(of('database'), /^bad: Posthorn cannot use Postgres at 127\.0\.0\.1:1\/d: .*ECONNREFUSED/);
    assert.doesNotMatch(of('database') + of('settings'), /hunter2/);
  });
});
