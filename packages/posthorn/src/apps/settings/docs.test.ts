import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SETTING_NAMES, SETTINGS, variableOf } from './table.ts';

const operations = readFileSync(new URL('../../../../../docs/operations.md', import.meta.url), 'utf8');
const rows = new Map(
  [...operations.matchAll(/^\| `(POSTHORN_\w+)` \| (.+?) \|/gm)].map(([, variable = '', fallback = '']) => [
    variable,
    fallback,
  ]),
);

describe('docs/operations.md', () => {
  it('has a row for every setting, in the order of the table, and for nothing else', () => {
    assert.deepEqual([...rows.keys()], SETTING_NAMES.map(variableOf));
  });

  it('tells the default of each', () => {
    for (const name of SETTING_NAMES) {
      const { fallback } = SETTINGS[name];
      const told = rows.get(variableOf(name)) ?? '';
      if (fallback === undefined || Array.isArray(fallback)) assert.match(told, /^none/, name);
      else assert.equal(told, `\`${fallback}\``, name);
    }
  });
});
