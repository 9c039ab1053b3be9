import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const blocks = Array.from(read('../README.md').matchAll(/^```ts\n(.*?)^```$/gms), ([, code]) => code);
const examples = readdirSync(new URL('../examples', import.meta.url));

describe('the README', () => {
  for (const example of examples) {
    it(`shows examples/${example} as it is and as it is tested`, () => {
      assert.ok(blocks.includes(read(`../examples/${example}`)));
    });
  }

  it('shows no other code, so none that nobody runs', () => assert.equal(blocks.length, examples.length));
});
