// `npm run isolation`: what bad endpoints cost the others on the same service, and what the process weighs at worst. Real
// processes, on both stores where they matter.
//
// It can fail: `npm run isolation -- --mutants` breaks the program in the ways of mutants.ts, one at a time, and each is caught.
import { parseArgs } from 'node:util';
import { tryMutants } from '../support/mutants.ts';
import { writeReport } from '../support/report-file.ts';
import { type Extent, FULL, QUICK } from './extent.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { type Figures, SCENARIOS, type Scenario } from './scenarios.ts';
import { Scene } from './scene.ts';

const REPORT = 'reports/isolation.json';
const MUTANTS_REPORT = 'reports/isolation-mutants.json';

const HELP = `Measures what endpoints in trouble cost the others, and the memory of the process at worst (npm run build first).

  npm run isolation                        100,000 deliveries waiting, 1,000,000 pending, 10,000 endpoints: about 20 minutes
  npm run isolation -- --quick             less of everything and wide margins, for every check
  npm run isolation -- --only 'dead'       scenarios whose names hold this
  npm run isolation -- --mutants           shows that it can fail: the program is broken in ${MUTANTS.length} ways, and each is caught;
                                           with --only, in those ways that these scenarios are to notice

Scenarios: ${SCENARIOS.map(({ name }) => name).join(' · ')}
Figures go to ${REPORT}.
`;

/**
 * Costs that rise from beginning to end show only when there is enough of it; and deliveries of the same event share
 * its body, so that many events for few endpoints weigh more than the other way round.
 */
const MUTANT_EXTENT: Extent = {
  ...QUICK,
  snapshot: FULL.snapshot,
  memory: { ...QUICK.memory, endpoints: 10, pending: 400_000 },
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
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
  const extent = values.quick ? QUICK : FULL;
  const scenarios = SCENARIOS.filter(({ name, quick }) =>
    values.only === '' ? quick || !values.quick : name.includes(values.only),
  );
  if (values.help || scenarios.length === 0) {
    print(HELP);
    return values.help ? 0 : 2;
  }
  if (values.mutants) {
    const mutants = MUTANTS.filter(({ only }) => only.includes(values.only));
    return await tryMutants(mutants, measureMutant, MUTANTS_REPORT, mutants.length === MUTANTS.length);
  }
  return await measure(scenarios, extent);
}

async function measure(scenarios: readonly Scenario[], extent: Extent): Promise<number> {
  const began = performance.now();
  const all: Figures[] = [];
  {
    await using scene = await Scene.set([], (text) => print(`  ${text}`));
    for (const { name, run } of scenarios) {
      print(`\n${name}`);
      all.push(await run(scene, extent));
    }
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  writeReport(REPORT, { whole: !values.quick && values.only === '', seconds, scenarios: all });
  print('');
  for (const figures of all) print(lineOf(figures));
  const broken = all.flatMap((figures) => figures.broken);
  for (const sentence of broken) print(`BROKEN  ${sentence}`);
  return broken.length === 0 ? 0 : 1;
}

async function measureMutant({ edits, only }: Mutant): Promise<readonly string[]> {
  await using scene = await Scene.set(edits, () => {});
  const broken: string[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name === only)) {
    broken.push(...(await scenario.run(scene, MUTANT_EXTENT)).broken);
  }
  return broken;
}

function lineOf(figures: Figures): string {
  const verdict = figures.broken.length === 0 ? 'holds ' : 'BROKEN';
  switch (figures.kind) {
    case 'neighbours': {
      const { trouble, store, without, beside, p50Times, p99Times } = figures;
      return `${verdict}  ${trouble}, ${store}: the others' p50 ${without.p50} → ${beside.p50} ms (${p50Times} times), p99 ${without.p99} → ${beside.p99} ms (${p99Times} times)`;
    }
    case 'snapshot': {
      const { without, beside, p50Times } = figures;
      return `${verdict}  a held snapshot: claims ${without.last.p50} → ${beside.last.p50} ms (${p50Times} times)`;
    }
    case 'memory': {
      const peaks = figures.peaks.map(({ phase, mib }) => `${phase}: ${mib}`).join(', ');
      return `${verdict}  memory, ${figures.store}, ${figures.endpoints} endpoints, ${figures.pending} pending, in MiB: ${peaks}`;
    }
  }
}
