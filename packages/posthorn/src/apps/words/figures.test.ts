import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countText, percentText } from './figures.ts';

describe('figures', () => {
  it('have a sign between thousands', () => {
    assert.deepEqual([0, 999, 1_240_000].map(countText), ['0', '999', '1,240,000']);
  });

  it('are never rounded up to perfection', () => {
    assert.deepEqual([0, 0.9754, 0.99999, 1, null].map(percentText), ['0 %', '97.5 %', '99.9 %', '100 %', '–']);
  });
});
