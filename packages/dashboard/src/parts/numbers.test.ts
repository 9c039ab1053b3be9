import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countText, percentText, shortCountText } from './numbers.ts';

describe('numbers', () => {
  it('are exact, and short where nobody reads that many digits', () => {
    assert.equal(countText(1_234_567), '1,234,567');
    assert.equal(shortCountText(12_345), '12,345');
    assert.equal(shortCountText(1_234_567), '1.23M');
  });

  it('are never rounded up to perfect', () => {
    assert.equal(percentText(0.99999), '99.9 %');
    assert.equal(percentText(1), '100 %');
    assert.equal(percentText(0), '0 %');
    assert.equal(percentText(null), '–');
  });
});
