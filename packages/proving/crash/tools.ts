// Programs of the system that faults are made with. Missing ones are installed; when that fails, the suite fails with a
// sentence: a fault that was not made has proved nothing.
import { spawnSync } from 'node:child_process';

/**
 * Sees to it that a Debian package's program is there.
 * @param present tells whether it is
 * @throws with what to do
 */
export function needPackage(name: string, present: () => boolean, say: (text: string) => void): void {
  if (present()) return;
  say(`installing ${name} with apt-get`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  const run = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { encoding: 'utf8' });
  if (present()) return;
  const why = run.error?.message ?? run.stderr.trim();
  throw new Error(`This suite needs ${name}, which could not be installed (${why}): install it and run again.`);
}

/** Strace, allowed to trace. @throws with what to do */
export function needStrace(say: (text: string) => void): void {
  needPackage('strace', () => spawnSync('strace', ['--version']).status === 0, say);
  const probe = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (probe.status === 0) return;
  throw new Error(
    `strace may not trace here (${probe.stderr.trim()}): allow ptrace, in a container with --cap-add SYS_PTRACE.`,
  );
}
