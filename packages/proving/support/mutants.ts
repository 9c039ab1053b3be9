// Shows that a suite can fail: it is run against programs that each have one defect, and must say of each what is wrong.
import { writeReport } from './report-file.ts';

export interface Defect {
  readonly name: string;
  /** The words that must be said about it: a program that does not even start would be noticed by every suite. */
  readonly noticed: RegExp;
}

/** As the report has it. */
export interface Trial {
  readonly mutant: string;
  readonly caught: boolean;
  /** The first thing that was said about it. */
  readonly said: string;
}

const SHOWN_CHARACTERS = 200;

/**
 * Tries each of the defects, prints how that ended, and writes it down.
 * @param run the suite, against a program with the defect; answers all that did not hold
 * @param report the file
 * @param whole these are all there are
 * @returns an exit status: 0 when every defect was noticed
 */
export async function tryMutants<One extends Defect>(
  defects: readonly One[],
  run: (defect: One) => Promise<readonly string[]>,
  report: string,
  whole: boolean,
): Promise<number> {
  const trials: Trial[] = [];
  for (const defect of defects) {
    const broken = await run(defect);
    const said = broken.find((sentence) => defect.noticed.test(sentence));
    const caught = said !== undefined;
    const [first = 'it noticed nothing'] = caught ? [said] : broken;
    trials.push({ mutant: defect.name, caught, said: first.slice(0, SHOWN_CHARACTERS) });
    process.stdout.write(`${caught ? 'caught  ' : 'SURVIVED'}  ${defect.name}: ${first.slice(0, SHOWN_CHARACTERS)}\n`);
    writeReport(report, { whole: whole && trials.length === defects.length, mutants: trials });
  }
  const survivors = trials.filter(({ caught }) => !caught).length;
  process.stdout.write(`\n${trials.length - survivors} of ${trials.length} mutants were caught.\n`);
  return survivors === 0 ? 0 : 1;
}
