// Runs the whole test suite, or the files named as arguments: `npm test -- packages/verify/src/index.test.ts`.
// `--all` runs everything there is: the store contract on disk as a whole, and more of the simulation.
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TESTS = [
  'packages/*/src/**/*.test.ts',
  'packages/*/tests/**/*.test.ts',
  'packages/proving/**/*.test.ts',
  'bench/**/*.test.ts',
];
/** Files that share one process, because a process each costs more than their tests. They change nothing that others see. */
const SHARING = [
  'packages/posthorn/src/**/*.test.ts',
  'packages/{dashboard,demo}/src/**/*.test.ts',
  'packages/proving/{crash,figures,support}/**/*.test.ts',
];
/** Starts the service as a process, beside this one. */
const ALONE = ['packages/demo/src/demo.test.ts'];
/** A hook outside a `describe` would be everybody's: files that have one are run alone, too. */
const OWN_HOOK = /^(before|after)(Each)?\(/m;
/** Begun before all others: they take longest, and nothing is left to run beside them at the end. */
const LONGEST = [
  'packages/posthorn/tests/store-contract/*.test.ts',
  'packages/posthorn/tests/{proxies,cli}/*.test.ts',
  'packages/posthorn/tests/postgres/{breaking,plans,pooler}.test.ts',
];
/** Much of a test is waiting, for a process, a database or a moment: one more at a time than there are processors. */
const CONCURRENCY = availableParallelism() + 1;
/** A test that does not end by itself has left something open: it fails instead of holding everything up. */
const LIMIT = '--test-timeout=120000';

const find = (patterns) => globSync(patterns, { cwd: root }).toSorted();

/**
 * Runs files in one process. Their report is kept, and shown after that of the others.
 * @param {readonly string[]} files
 * @returns {Promise<() => boolean>} shows the report; whether all went well
 */
async function inOneProcess(files) {
  const parameters = ['--test', '--test-isolation=none', '--test-reporter=spec', LIMIT, ...files];
  const child = spawn('node', parameters, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve(status === 0));
  });
  const [said, isGood] = await Promise.all([text(child.stdout), ended]);
  return () => {
    process.stdout.write(said);
    return isGood;
  };
}

/**
 * Runs files in a process each.
 * @param {readonly string[]} files in the order in which they are begun
 * @returns {Promise<boolean>} whether all went well
 */
async function inProcesses(files) {
  let isGood = true;
  const results = run({
    cwd: root,
    files: files.map((file) => resolve(root, file)),
    concurrency: CONCURRENCY,
    execArgv: [LIMIT],
    globalSetupPath: join(root, 'packages/posthorn/tests/support/global-setup.ts'),
  });
  results.on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) isGood = false;
  });
  for await (const line of results.compose(spec())) process.stdout.write(line);
  return isGood;
}

const given = process.argv.slice(2);
const named = given.filter((argument) => argument !== '--all');
// Each process and each thread would strip and compile the same files again.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'posthorn-compile-cache');
if (given.includes('--all')) process.env['POSTHORN_TEST_ALL'] = '1';

async function runAll() {
  const alone = find(ALONE);
  const hasOwnHook = (file) => OWN_HOOK.test(readFileSync(join(root, file), 'utf8'));
  const sharing = find(SHARING).filter((file) => !alone.includes(file) && !hasOwnHook(file));
  const others = new Set([...find(LONGEST), ...find(TESTS)].filter((file) => !sharing.includes(file)));
  const [tellShared, isGood] = await Promise.all([inOneProcess(sharing), inProcesses([...others])]);
  return tellShared() && isGood;
}

async function runNamed() {
  const files = find(named);
  if (files.length === 0) process.stderr.write(`There is no test file ${named.join(' ')}.\n`);
  return files.length > 0 && (await inProcesses(files));
}

process.exitCode = (await (named.length > 0 ? runNamed() : runAll())) ? 0 : 1;
