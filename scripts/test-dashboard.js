// Runs the dashboard's tests in a real browser: Debian's Chromium, installed when it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

if (!existsSync(chromium)) {
  console.log(`There is no browser at ${chromium}: installing the package chromium.`);
  const install = (...parameters) => spawnSync('apt-get', ['-y', '-q', ...parameters], { stdio: 'inherit' });
  install('update');
  install('install', '--no-install-recommends', 'chromium');
}
if (!existsSync(chromium)) {
  console.error(
    `The dashboard's tests need Chromium, and it could not be installed. Install the package chromium as root, or set CHROMIUM to the path of one.`,
  );
  process.exit(1);
}
const named = process.argv.slice(2);
const files = named.length > 0 ? named : globSync('packages/dashboard/browser/**/*.test.ts', { cwd: root });
// One file at a time: each has a browser and a service of its own.
const run = spawnSync('node', ['--test', '--test-concurrency=1', ...files.sort()], { cwd: root, stdio: 'inherit' });
if (run.error) throw run.error;
process.exit(run.status ?? 1);
