// `npm run attack`: the API as its enemies see it. The built service runs as a process of its own, with real receivers; it is
// fuzzed from its own OpenAPI document, lied to on the wire, kept waiting and flooded, by callers with and without a key.
// Never a 500, never a crash, every refusal a problem document, no secret in an answer, a log or the database, memory bounded.
//
// It can fail: `npm run attack -- --mutants` breaks the program in the ways of mutants.ts, one at a time, and each is caught.
import { parseArgs } from 'node:util';
import { tryMutants } from '../support/mutants.ts';
import { writeReport } from '../support/report-file.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { type AttackFigures, attack } from './run.ts';

const REPORT = 'reports/attack.json';
const MUTANTS_REPORT = 'reports/attack-mutants.json';
/** Fuzzing of a program with a defect. */
const MUTANT_SECONDS = 12;
const HELP = `Attacks the API of the built service (npm run build first).

  npm run attack                     about 45 s
  npm run attack -- --seconds 300    fuzzes longer
  npm run attack -- --seed 17        the same draws as another run
  npm run attack -- --mutants        shows that it can fail: the program is broken in ${MUTANTS.length} ways, and each is caught

Figures go to ${REPORT}.
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '20' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

process.on('SIGINT', () => process.exit(130));
process.exitCode = await main();

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const [seed, seconds] = [Number(values.seed), Number(values.seconds)];
  if (values.help || ![seed, seconds].every((number) => Number.isInteger(number) && number > 0)) {
    print(HELP);
    return values.help ? 0 : 2;
  }
  print(`Seed ${seed}.`);
  if (values.mutants) {
    const { only = '' } = values;
    const mutants = MUTANTS.filter(({ name }) => name.startsWith(only));
    return await tryMutants(mutants, (mutant) => attackMutant(mutant, seed), MUTANTS_REPORT, only === '');
  }
  try {
    const figures = await attack({ seed, seconds, say: (text) => print(`  ${text}`) });
    writeReport(REPORT, { seed, whole: true, ...figures });
    print(summary(figures));
    return 0;
  } catch (error) {
    print(`\nBROKEN: ${error instanceof Error ? error.message : error}\nAgain: npm run attack -- --seed ${seed}`);
    return 1;
  }
}

/** @returns what the attack says of the program with this defect */
async function attackMutant({ edits }: Mutant, seed: number): Promise<readonly string[]> {
  try {
    await attack({ seed, seconds: MUTANT_SECONDS, edits, say: () => {} });
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function summary(figures: AttackFigures): string {
  const { requests, seconds, slow, memory, confusions, wrongKeys, races, heads, logLines, databaseBytes } = figures;
  const statuses = Object.entries(figures.byStatus).map(([status, count]) => `${status}: ${count}`);
  return [
    `\n${requests} answers in ${seconds} s, none of them a defect (${statuses.join(', ')}).`,
    `${wrongKeys} wrong keys, ${confusions} confusions on the wire, ${races} races, ${heads} calls with odd headers.`,
    `${slow.clients} slow clients were cut off after ${slow.firstCutMs} to ${slow.lastCutMs} ms; others beside them: p50 ${slow.othersP50Ms} ms, p99 ${slow.othersP99Ms} ms.`,
    `Memory: ${memory.beforeMb} MB before, ${memory.peakMb} MB at most, ${memory.afterMb} MB after; ${figures.growthMb} MB more after the same 12,000 requests again.`,
    `No secret in ${logLines} lines of log, nor in ${databaseBytes} bytes of database.`,
  ].join('\n');
}
