// Runs the whole test suite, or the files named as arguments: `npm test -- packages/verify/src/index.test.ts`.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TESTS = [
  'packages/*/src/**/*.test.ts',
  'packages/*/tests/**/*.test.ts',
  'packages/proving/**/*.test.ts',
  'bench/**/*.test.ts',
];
const named = process.argv.slice(2);
const files = named.length > 0 ? named : globSync(TESTS, { cwd: root });
const run = spawnSync(
  'node',
  [
    '--test',
    // A file that does not end by itself has left something open: it fails instead of holding everything up.
    '--test-timeout=120000',
    '--test-global-setup=packages/posthorn/tests/support/global-setup.ts',
    ...files.sort(),
  ],
  { cwd: root, stdio: 'inherit' },
);
if (run.error) throw run.error;
process.exit(run.status ?? 1);
