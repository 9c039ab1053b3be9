import assert from 'node:assert/strict';
import { it } from 'node:test';
import { shortCountText } from './numbers.ts';

it('numbers are exact, and short where nobody reads that many digits', () => {
  assert.deepEqual([12_345, 99_999, 100_000, 1_234_567].map(shortCountText), ['12,345', '99,999', '100K', '1.23M']);
});
