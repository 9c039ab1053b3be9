// A suite: a kind of fault, the promise that it tries to break, and the result.
import type { Dice } from '../../posthorn/tests/support/dice.ts';
import type { Program } from '../support/program.ts';

export interface Stage {
  readonly program: Program;
  /** A folder of the suite's own. */
  readonly folder: string;
  readonly dice: Dice;
  /** How many faults, where a suite repeats itself; `undefined` for what CI runs. */
  readonly rounds: number | undefined;
  readonly judgement: Judgement;
  /** Tells the person who waits. */
  say(text: string): void;
}

export interface Figures {
  readonly faults: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  /** Extra deliveries, and by which fault each is explained. */
  readonly twice: number;
  readonly twiceByCause: Readonly<Record<string, number>>;
  /** From the end of the fault, or the start of the next process, to the next accepted event; the longest. */
  readonly recoverMs: number | null;
  /** Other measurements of a suite, by name. */
  readonly facts: Readonly<Record<string, number>>;
}

export interface Suite {
  readonly name: string;
  /** The promise, in one sentence. */
  readonly promise: string;
  /** Broken promises go to the stage's judgement; a rejection says that the suite did not get to its end. */
  run(stage: Stage): Promise<Figures>;
}

/** Collects what did not hold; a suite goes on after the first, to see the rest. */
export class Judgement {
  readonly broken: string[] = [];

  /** @param sentence says what went wrong, if it did */
  expect(holds: boolean, sentence: string): void {
    if (!holds) this.broken.push(sentence);
  }

  /** For what is waited for in vain, where the suite can go on. */
  readonly note = (error: unknown): void => {
    this.broken.push(error instanceof Error ? error.message : String(error));
  };
}
