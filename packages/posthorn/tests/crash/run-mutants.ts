// Runs the suites against the mutants, and tells which of them were not noticed.
import { MUTANTS } from './mutants.ts';
import { runSuite } from './run.ts';
import type { Suite } from './suite.ts';

export interface Trial {
  readonly mutant: string;
  readonly suite: string;
  readonly caught: boolean;
  /** What the suite said. */
  readonly broken: readonly string[];
}

export async function runMutants(
  suites: readonly Suite[],
  seed: number,
  print: (text: string) => void,
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const { name, suite, rounds, edit, noticed } of MUTANTS) {
    if (!suites.includes(suite)) continue;
    const { broken } = await runSuite(suite, { seed, rounds, edits: [edit], say: () => {} });
    const caught = broken.some((sentence) => noticed.test(sentence));
    const [first = 'it noticed nothing'] = caught ? broken.filter((sentence) => noticed.test(sentence)) : broken;
    print(`${caught ? 'caught' : 'SURVIVED'}  ${suite.name}: ${name}\n  ${first.slice(0, 200)}`);
    trials.push({ mutant: name, suite: suite.name, caught, broken });
  }
  return trials;
}
