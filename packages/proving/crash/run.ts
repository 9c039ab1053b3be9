// Runs one suite in a folder of its own, and turns whatever goes wrong with it into a broken promise.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from '../../posthorn/tests/support/dice.ts';
import { now } from '../../posthorn/tests/support/waiting.ts';
import { copyProgram, type Edit } from '../support/program.ts';
import { type Figures, Judgement, type Suite } from './suite.ts';

export interface Ran {
  readonly name: string;
  readonly promise: string;
  /** `undefined` when it did not get as far. */
  readonly figures: Figures | undefined;
  readonly broken: readonly string[];
  readonly seconds: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly rounds?: number | undefined;
  /** The defect that is put into the program before it is tested. */
  readonly edits?: readonly Edit[];
  readonly say: (text: string) => void;
}

export async function runSuite(suite: Suite, { seed, rounds, edits = [], say }: RunOptions): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-crash-'));
  const began = now();
  const judgement = new Judgement();
  const ran = (figures: Figures | undefined): Ran => ({
    name: suite.name,
    promise: suite.promise,
    figures,
    broken: judgement.broken,
    seconds: Math.round((now() - began) / 100) / 10,
  });
  // Outside the try: a program that cannot be made is no finding about it.
  const program = copyProgram(join(folder, 'program'), edits);
  try {
    const dice = new Dice(seed);
    return ran(await suite.run({ program, folder: join(folder, 'scene'), dice, rounds, judgement, say }));
  } catch (error) {
    judgement.expect(false, `the suite did not get to its end: ${error instanceof Error ? error.message : error}`);
    return ran(undefined);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
