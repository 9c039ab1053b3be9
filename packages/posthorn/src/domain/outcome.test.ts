import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readStatuses } from './outcome.ts';

describe('statuses', () => {
  it('are one, or a class of a hundred', () => {
    assert.deepEqual(readStatuses('503'), [503]);
    assert.deepEqual(readStatuses('100'), [100]);
    const clientErrors = readStatuses('4xx');
    assert.deepEqual([clientErrors?.length, clientErrors?.[0], clientErrors?.at(-1)], [100, 400, 499]);
  });

  for (const text of ['', '5', '50', '5000', '5x', '5XX', '0xx', '099', 'xxx', ' 503', '503 ', '-50', '5٣0']) {
    it(`are not ${JSON.stringify(text)}`, () => assert.equal(readStatuses(text), undefined));
  }
});
