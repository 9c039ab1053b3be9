// `npm run hostile`: receivers that do what no receiver should, each met by the built service as its users run it. For each:
// what came of the calls, how long they took, what they weighed.
//
// It can fail: `npm run hostile -- --mutants` breaks the program in the ways of mutants.ts, one at a time, and each is caught.
import { parseArgs } from 'node:util';
import { tryMutants } from '../support/mutants.ts';
import { writeReport } from '../support/report-file.ts';
import type { Row } from './meet.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { meetAll, STAGES } from './run.ts';

const REPORT = 'reports/hostile.json';
const MUTANTS_REPORT = 'reports/hostile-mutants.json';
const COUNT = STAGES.reduce((sum, { behaviours }) => sum + behaviours.length, 0);
/** The process may weigh this much at any moment; see docs/reliability.md, "Memory". */
const MAX_PEAK_MIB = 512;

const HELP = `Meets hostile receivers with the built service (npm run build first).

  npm run hostile                         all ${COUNT} of them, about a minute
  npm run hostile -- --only certificate   those whose stage or name matches
  npm run hostile -- --mutants            shows that it can fail: the program is broken in ${MUTANTS.length} ways, and each is caught

Figures go to ${REPORT}.
`;

const EVERY = '.';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: EVERY },
    mutants: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.on('SIGINT', () => process.exit(130));
process.exitCode = await main();

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  if (values.help) {
    print(HELP);
    return 0;
  }
  if (values.mutants) return await tryMutants(MUTANTS, meetMutant, MUTANTS_REPORT, true);
  const { rows, seconds, peakMiB } = await meetAll({ only: new RegExp(values.only), say: (row) => print(lineOf(row)) });
  writeReport(REPORT, { whole: values.only === EVERY, seconds, peakMiB, rows });
  const broken = rows.filter((row) => row.broken.length > 0);
  print(
    `\n${rows.length} hostile receivers in ${seconds} s, ${broken.length} got away with something; ${peakMiB} MiB at most.`,
  );
  for (const row of broken)
    for (const sentence of row.broken) print(`BROKEN  ${row.stage} ${row.behaviour}: ${sentence}`);
  if (peakMiB > MAX_PEAK_MIB) print(`BROKEN  it weighed ${peakMiB} MiB, more than ${MAX_PEAK_MIB}`);
  return broken.length === 0 && peakMiB <= MAX_PEAK_MIB && rows.length > 0 ? 0 : 1;
}

async function meetMutant({ edit, only }: Mutant): Promise<readonly string[]> {
  const { rows } = await meetAll({ only, edits: [edit], say: () => {} });
  return rows.flatMap(({ broken }) => broken);
}

function lineOf({ stage, behaviour, outcome, status, leastMs, mostMs, grownMiB, repeated, broken }: Row): string {
  const answer = status === null ? outcome : `${outcome} ${status}`;
  const more = [grownMiB === null ? '' : `+${grownMiB} MiB`, repeated === 0 ? '' : `${repeated} repeated`];
  const cells = [stage.padEnd(16), behaviour.padEnd(52), answer.padEnd(20), `${leastMs}–${mostMs} ms`.padStart(14)];
  return `${broken.length === 0 ? 'ok    ' : 'BROKEN'}  ${cells.join(' ')}  ${more.join('  ')}`.trimEnd();
}
