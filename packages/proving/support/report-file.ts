// Figures of a suite, as a file from which the documentation takes them: what was measured, and on what.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';

/** When the suite was loaded: afterwards it is the suite's own. */
const loadBefore = loadavg()[0] ?? 0;

/** @param file relative to the working directory, which npm makes the repository's root */
export function writeReport(file: string, figures: object): void {
  mkdirSync(dirname(file), { recursive: true });
  const made = {
    madeAt: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    loadBefore: Math.round(loadBefore * 100) / 100,
  };
  writeFileSync(file, `${JSON.stringify({ ...made, ...figures }, null, 2)}\n`);
}

/** With a plus where the working tree differs from it. */
function commit(): string {
  try {
    const git = (...parameters: string[]) => execFileSync('git', parameters, { encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
