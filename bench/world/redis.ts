// A Redis of its own, where `redis-server` is installed; the rows that need it are left out elsewhere.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { cpuTimeOfFamily } from '../measure/cpu.ts';

const PROGRAM = 'redis-server';
const START_LIMIT_MS = 10_000;
const POLL_MS = 50;

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  cpu(): number;
}

export const hasRedis = (): boolean => spawnSync(PROGRAM, ['--version']).status === 0;

/** @param sync how often what was written goes to disk: `always` loses nothing, `everysec` up to a second of it */
export async function startRedis(folder: string, sync: 'always' | 'everysec'): Promise<RedisServer> {
  const directory = join(folder, `redis-${sync}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const port = await freePort();
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const server = spawn(PROGRAM, [...options, '--appendonly', 'yes', '--appendfsync', sync], { stdio: 'ignore' });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  await answers(server, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    cpu: () => cpuTimeOfFamily(server.pid ?? 0),
    async [Symbol.asyncDispose]() {
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
    },
  };
}

async function answers(server: ChildProcess, port: number): Promise<void> {
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      client.disconnect();
      return;
    } catch (cause) {
      if (server.exitCode !== null || performance.now() > limit) throw new Error('Redis did not start', { cause });
      await delay(POLL_MS);
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
