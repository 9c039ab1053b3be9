// The real PgBouncer before a test's Postgres, in any of its modes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** It refuses to run as root; this is `nobody` on every Linux. */
const UNPRIVILEGED = 65_534;
const START_TIMEOUT_MS = 20_000;
const POLL_MS = 20;

export interface Pooler {
  /** The database's URL, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * @param program where it is installed
 * @param url of the database behind it
 * @param settings of its configuration, e.g. `{ pool_mode: 'transaction' }`
 */
export async function startPgBouncer(
  program: string,
  url: string,
  settings: Readonly<Record<string, string>>,
): Promise<Pooler> {
  const { hostname, port, username, password } = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  const listenPort = await freePort();
  const server = `host=${hostname} port=${port} user=${username} password=${password}`;
  const all = { listen_addr: '127.0.0.1', listen_port: `${listenPort}`, auth_type: 'any', unix_socket_dir: '' };
  const lines = Object.entries({ ...all, ...settings }).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(file, `[databases]\n* = ${server}\n[pgbouncer]\n${lines.join('\n')}\n`);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const path of [folder, file]) chownSync(path, UNPRIVILEGED, UNPRIVILEGED);
  chmodSync(file, 0o600);
  const child = spawn(program, ['-q', file], {
    stdio: 'ignore',
    ...(isRoot && { uid: UNPRIVILEGED, gid: UNPRIVILEGED }),
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGINT');
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(listenPort))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error('PgBouncer did not start');
    }
    await delay(POLL_MS);
  }
  const through = new URL(url);
  through.host = `127.0.0.1:${listenPort}`;
  return { url: through.href, stop };
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
