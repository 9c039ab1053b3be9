import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MUTANTS as ATTACK } from '../attack/mutants.ts';
import { MUTANTS as CRASH } from '../crash/mutants.ts';
import { MUTANTS as HOSTILE } from '../hostile/mutants.ts';
import { MUTANTS as ISOLATION } from '../isolation/mutants.ts';
import { type Edit, placesOf } from './program.ts';

const SUITES: Readonly<Record<string, readonly { readonly name: string; readonly edits: readonly Edit[] }[]>> = {
  crash: CRASH.map(({ name, edit }) => ({ name, edits: [edit] })),
  hostile: HOSTILE.map(({ name, edit }) => ({ name, edits: [edit] })),
  isolation: ISOLATION,
  attack: ATTACK,
};

// The suites try them rarely, since that takes long; that they could is looked at every time.
describe('a program with a defect can be made of the build, as it is now', () => {
  for (const [suite, mutants] of Object.entries(SUITES)) {
    for (const { name, edits } of mutants) {
      it(`${suite}: ${name}`, () => {
        for (const edit of edits) assert.equal(placesOf(edit), 1, `${edit.file}: ${edit.from}`);
      });
    }
  }
});
