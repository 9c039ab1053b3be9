import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rootOf } from './root.ts';

describe('where Posthorn is on its host', () => {
  for (const [script, root] of [
    ['https://hooks.example/assets/index-1a2b.js', '/'],
    ['https://hooks.example/webhooks/assets/index-1a2b.js', '/webhooks/'],
    ['https://hooks.example/assets/of/acme/assets/index-1a2b.js?x=/assets/', '/assets/of/acme/'],
    ['file:///somewhere/src/api/root.ts', '/'],
  ] as const) {
    it(`${script}: ${root}`, () => assert.equal(rootOf(script), root));
  }
});
