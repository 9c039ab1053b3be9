import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import { readData, WORKSPACE } from './data.ts';
import { DOCUMENTS, filled } from './documents.ts';
import { fill } from './markdown.ts';
import { blocksOf, MISSED } from './tables.ts';

describe('the documentation', () => {
  const data = readData();

  for (const document of DOCUMENTS) {
    it(`${relative(WORKSPACE, document.file)} says what the reports give (npm run figures)`, () => {
      assert.equal(readFileSync(document.file, 'utf8'), filled(document, data));
    });
  }

  it('is of runs in which everything held', () => {
    assert.deepEqual(
      [
        ...(data.crash?.suites.flatMap(({ broken }) => broken) ?? []),
        ...(data.hostile?.rows.flatMap(({ broken }) => broken) ?? []),
      ],
      [],
    );
    assert.equal(data.simulate?.violations ?? 0, 0);
  });

  it('says which troubles cost the others more than they may, and holds the ceiling of memory', () => {
    const scenarios = data.isolation?.scenarios ?? [];
    const broken = scenarios.filter((one) => one.broken.length > 0);
    assert.equal((blocksOf(data).get('neighbours') ?? '').split(MISSED).length - 1, broken.length);
    assert.ok(broken.every(({ kind }) => kind !== 'memory'));
  });

  it('has a place for every block, and a block for every place', () => {
    const place = (name: string) => `<!-- figures: ${name} -->\nold\n<!-- end of figures -->`;
    assert.equal(
      fill(`a\n${place('one')}\nb`, new Map([['one', 'new']])),
      `a\n${place('one').replace('old', 'new')}\nb`,
    );
    assert.throws(() => fill(place('two'), new Map([['one', 'new']])), /no figures named two/);
    assert.throws(() => fill('', new Map([['one', 'new']])), /no place for one/);
  });
});
