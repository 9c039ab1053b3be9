// Runs the whole test suite, or the files named as arguments: `npm test -- packages/verify/src/index.test.ts`.
// `--all` runs everything there is: the store contract on disk as a whole, and more of the simulation.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TESTS = [
  'packages/*/src/**/*.test.ts',
  'packages/*/tests/**/*.test.ts',
  'packages/proving/**/*.test.ts',
  'bench/**/*.test.ts',
];
/**
 * Files that share one process, because a process each costs more than their tests: they have no hooks outside a `describe`,
 * which would be everybody's, and change nothing that others see.
 */
const SHARING = [
  'packages/posthorn/src/{domain,engine,apps}/**/*.test.ts',
  'packages/{dashboard,demo}/src/**/*.test.ts',
];
const ALONE = [
  // Hooks and settings of the whole process.
  'packages/posthorn/src/apps/service/keys.test.ts',
  // Ends when all that it opened has ended.
  'packages/posthorn/src/apps/api/stream.test.ts',
  // Starts the service as a process.
  'packages/demo/src/demo.test.ts',
];
/** Much of a test is waiting, for a process, a database or a moment: one more at a time than there are processors. */
const CONCURRENCY = availableParallelism() + 1;

/**
 * @param {readonly string[]} files
 * @param {readonly string[]} options
 * @returns {Promise<number>} its exit status
 */
async function run(files, ...options) {
  if (files.length === 0) return 0;
  const parameters = [
    '--test',
    // A test that does not end by itself has left something open: it fails instead of holding everything up.
    '--test-timeout=120000',
    ...options,
    ...files.toSorted(),
  ];
  const child = spawn('node', parameters, { cwd: root, stdio: 'inherit', env: ENVIRONMENT });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 1));
  });
}

const inOneProcess = (files) => run(files, '--test-isolation=none');
const inProcesses = (files) =>
  run(
    files,
    `--test-concurrency=${CONCURRENCY}`,
    '--test-global-setup=packages/posthorn/tests/support/global-setup.ts',
  );

const given = process.argv.slice(2);
const named = given.filter((argument) => argument !== '--all');
const ENVIRONMENT = {
  ...process.env,
  // Each process and each thread would strip and compile the same files again.
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'posthorn-compile-cache'),
  ...(given.includes('--all') && { POSTHORN_TEST_ALL: '1' }),
};
const find = (patterns) => globSync(patterns, { cwd: root });

if (named.length > 0) {
  process.exit(await inProcesses(named));
} else {
  const alone = new Set(find(ALONE));
  const sharing = new Set(find(SHARING).filter((file) => !alone.has(file)));
  // One after the other, so that what one says is not mixed with what the other says.
  const shared = await inOneProcess([...sharing]);
  const others = await inProcesses(find(TESTS).filter((file) => !sharing.has(file)));
  process.exit(shared || others);
}
