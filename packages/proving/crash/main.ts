// `npm run crash`: runs the crash suites, prints what they measured, and fails when a promise did not hold.
import { parseArgs } from 'node:util';
import { tryMutants } from '../support/mutants.ts';
import { writeReport } from '../support/report-file.ts';
import { clockJumps } from './clock-jumps.ts';
import { diskError } from './disk-error.ts';
import { diskFull } from './disk-full.ts';
import { killPostgres, killSqlite } from './kill.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { poison } from './poison.ts';
import { postgresFaults } from './postgres-faults.ts';
import { powerCut } from './power-cut.ts';
import { replayPostgres, replaySqlite } from './replay.ts';
import { detailsOf, tableOf } from './report.ts';
import { type Ran, runSuite } from './run.ts';
import { secondProcess } from './second-process.ts';
import { stopContinue } from './stop-continue.ts';
import type { Suite } from './suite.ts';
import { stopPostgres, stopSqlite } from './terminate.ts';

const REPORT = 'reports/crash.json';
const MUTANTS_REPORT = 'reports/crash-mutants.json';

const SUITES: readonly Suite[] = [
  killSqlite,
  killPostgres,
  stopSqlite,
  stopPostgres,
  replaySqlite,
  replayPostgres,
  poison,
  secondProcess,
  diskFull,
  diskError,
  postgresFaults,
  stopContinue,
  powerCut,
  clockJumps,
];

const HELP = `Breaks real processes, disks and databases under load, and checks that nothing accepted is lost.

  npm run crash                                 every suite, as CI runs them
  npm run crash -- --only kill --rounds 50      suites whose names begin so, longer
  npm run crash -- --seed 17                    the same draws as another run
  npm run crash -- --mutants                    the suites against programs that each break a promise

Suites: ${SUITES.map(({ name }) => name).join(' · ')}
Figures go to ${REPORT}.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    mutants: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

// Ends the services, receivers and databases too: each sees to that when this process ends.
process.on('SIGINT', () => process.exit(130));
// A suite that did not get to its end leaves some of them open.
process.exit(await main());

async function main(): Promise<number> {
  const { only } = values;
  const suites = SUITES.filter(({ name }) => only.length === 0 || only.some((start) => name.startsWith(start)));
  const seed = Number(values.seed);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const numbers = [seed, rounds ?? 1];
  if (values.help || suites.length === 0 || !numbers.every((number) => Number.isInteger(number) && number > 0)) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  process.stdout.write(`Seed ${seed}.\n`);
  return values.mutants ? await testSuites(suites, seed) : await testProgram(suites, seed, rounds);
}

async function testProgram(suites: readonly Suite[], seed: number, rounds: number | undefined): Promise<number> {
  const runs: Ran[] = [];
  for (const suite of suites) {
    process.stdout.write(`\n${suite.name}: ${suite.promise}\n`);
    const say = (text: string) => process.stdout.write(`  ${text}\n`);
    const ran = await runSuite(suite, { seed, rounds, say });
    runs.push(ran);
    process.stdout.write(`${detailsOf(ran)}\n`);
  }
  writeReport(REPORT, { whole: suites.length === SUITES.length, seed, suites: runs });
  process.stdout.write(`\n${tableOf(runs)}\n`);
  return runs.every(({ broken }) => broken.length === 0) ? 0 : 1;
}

async function testSuites(suites: readonly Suite[], seed: number): Promise<number> {
  const mutants = MUTANTS.filter(({ suite }) => suites.includes(suite)).map((mutant) => ({
    ...mutant,
    name: `${mutant.suite.name}: ${mutant.name}`,
  }));
  const run = async ({ suite, rounds, edit }: Mutant) => {
    return (await runSuite(suite, { seed, rounds, edits: [edit], say: () => {} })).broken;
  };
  return await tryMutants(mutants, run, MUTANTS_REPORT, suites.length === SUITES.length);
}
