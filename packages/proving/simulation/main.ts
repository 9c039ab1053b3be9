// `npm run simulate`: many seeds within a budget, or one seed again. Prints what was simulated, and for a failure its seed,
// the fewest faults with which it still fails, and the end of the trace.
import { parseArgs } from 'node:util';
import { createMemoryStore } from '../../posthorn/tests/support/memory-store.ts';
import { tryMutants } from '../support/mutants.ts';
import { writeReport } from '../support/report-file.ts';
import { MUTATIONS } from './mutations.ts';
import { planRun, type Run, shrink, simulate, type Verdict } from './simulate.ts';
import type { Mutation } from './world.ts';

const REPORT = 'reports/simulate.json';
const MUTANTS_REPORT = 'reports/simulate-mutants.json';
/** Seeds that a mutation has to be caught in. */
const MUTATION_SEEDS = 30;

const HELP = `Runs whole engines on virtual time under faults and checks every promise.

  npm run simulate                           100 seeds, half an hour each
  npm run simulate -- --seeds 1000           more of them
  npm run simulate -- --from 5000            other ones
  npm run simulate -- --seed 17 --hours 4    one, as it failed elsewhere
  npm run simulate -- --mutants              shows that it can fail: ${MUTATIONS.length} defects, and each is caught

Figures go to ${REPORT}.
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    hours: { type: 'string', default: '0.5' },
    mutants: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
process.exitCode = await main();

async function main(): Promise<number> {
  const hours = Number(values.hours);
  const from = Number(values.seed ?? values.from);
  const count = values.seed === undefined ? Number(values.seeds) : 1;
  if (![hours, from, count].every((number) => Number.isFinite(number) && number > 0)) {
    process.stderr.write(`--seed, --seeds, --from and --hours are positive numbers.\n\n${HELP}`);
    return 2;
  }
  if (values.mutants) {
    const mutants = MUTATIONS.map((mutation) => ({ ...mutation, noticed: /^seed/ }));
    return await tryMutants(mutants, (mutation) => noticed(mutation, hours), MUTANTS_REPORT, true);
  }
  const sum = { hours: 0, faults: 0, events: 0, calls: 0 };
  const began = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const run = planRun(seed, hours);
    const verdict = await simulate(run, createMemoryStore);
    sum.hours += hours;
    sum.faults += run.faults.length;
    sum.events += verdict.events;
    sum.calls += verdict.calls;
    if (verdict.violations.length > 0) {
      await explain(run, verdict);
      return 1;
    }
    if (process.stdout.isTTY) process.stdout.write(`\r${seed - from + 1} of ${count} seeds clean`);
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  if (values.seed === undefined)
    writeReport(REPORT, { seconds, whole: true, from, seeds: count, ...sum, violations: 0 });
  process.stdout.write(
    `${process.stdout.isTTY ? '\r' : ''}Simulated ${sum.hours} hours over ${count} seeds in ${seconds} s: ${sum.events} events, ${sum.calls} calls, ${sum.faults} faults, 0 violations.\n`,
  );
  return 0;
}

/** The first violation found of a mutation, in one of the seeds that it has to be caught in. */
async function noticed(mutation: Mutation, hours: number): Promise<readonly string[]> {
  for (let seed = 1; seed <= MUTATION_SEEDS; seed++) {
    const { violations } = await simulate(planRun(seed, hours), createMemoryStore, mutation);
    if (violations.length > 0) return violations.slice(0, 1).map((one) => `seed ${seed}: ${one}`);
  }
  return [];
}

async function explain(run: Run, verdict: Verdict): Promise<void> {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  print(`\nSeed ${run.seed} with ${run.hours} hours breaks ${verdict.violations.length} times, first:`);
  for (const violation of verdict.violations.slice(0, 5)) print(`  ${violation}`);
  print('Looking for the fewest faults that still break it …');
  const smallest = await shrink(run, async (fewer) => (await simulate(fewer, createMemoryStore)).violations.length > 0);
  const shrunk = await simulate(smallest, createMemoryStore);
  print(`${smallest.faults.length} of ${run.faults.length} faults are needed:`);
  for (const fault of smallest.faults) print(`  ${JSON.stringify(fault)}`);
  const [first = ''] = shrunk.violations;
  print(`They lead to: ${first}`);
  const ids = first.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
  const about = shrunk.trace.filter((line) => ids.some((id) => line.includes(id)));
  print('The last that was heard of it:');
  for (const line of about.slice(-50)) print(`  ${line}`);
  print(`Again: npm run simulate -- --seed ${run.seed} --hours ${run.hours}`);
}
