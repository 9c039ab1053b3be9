// Programs of the system that some tests talk with: proxies and poolers as they really are. `.ci/run` installs them; whoever
// lacks one sees which tests were left out.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The folders of `PATH`, and those where Debian puts what only root needs. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];

/**
 * Where a program is; `undefined` without it, and then the tests that need it are to be skipped.
 * @throws when the run is one that must have everything (`CI=true`)
 */
export function installed(program: string): string | undefined {
  for (const folder of FOLDERS) {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {}
  }
  const advice = `${program} is not installed: node scripts/install-packages.js ${program}`;
  if (process.env['CI'] === 'true') throw new Error(advice);
  console.error(`${advice}. The tests that need it are left out.`);
  return undefined;
}
