// Installs Debian packages whose programs some tests talk with, if they are missing: real proxies and poolers.
//   node scripts/install-packages.js pgbouncer nginx caddy
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDERS = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'];
const isMissing = (program) => !FOLDERS.some((folder) => existsSync(`${folder}/${program}`));

const missing = process.argv.slice(2).filter(isMissing);
if (missing.length > 0) {
  console.log(`Installing ${missing.join(', ')}.`);
  // So that no service of theirs starts: the tests start their own.
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = (...parameters) =>
    spawnSync('apt-get', ['-y', '-q', ...parameters], { stdio: 'inherit', env: environment });
  install('update');
  install('install', '--no-install-recommends', ...missing);
}
const still = missing.filter(isMissing);
if (still.length > 0) {
  console.error(`${still.join(', ')} could not be installed. Install the packages of these names as root.`);
  process.exit(1);
}
