import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSearch } from './search-range.ts';

const ID = '0190163d-8694-739b-aea5-966c26f8ad91';

describe('the text of a search', () => {
  for (const [name, text, low, high] of [
    ['a whole id', ID, ID, ID],
    ['an id in capital letters, with white space', ` ${ID.toUpperCase()}\n`, ID, ID],
    ['eight characters', '0190163d', '0190163d-0000-0000-0000-000000000000', '0190163d-ffff-ffff-ffff-ffffffffffff'],
    ['up to a dash', '0190163d-', '0190163d-0000-0000-0000-000000000000', '0190163d-ffff-ffff-ffff-ffffffffffff'],
    [
      'what lists show',
      '0190163d-8694',
      '0190163d-8694-0000-0000-000000000000',
      '0190163d-8694-ffff-ffff-ffffffffffff',
    ],
  ] as const) {
    it(`is an id: ${name}`, () => assert.deepEqual(readSearch(text)[0]?.ids, { low, high }));
  }

  for (const text of ['0190163', '0190163d8694', `${ID}0`, '0190163g', 'order-20417', '0190163d-869-4']) {
    it(`is no id: ${text}`, () => assert.equal(readSearch(text)[0]?.ids, null));
  }

  it('is its value, too, if it is a header line', () => {
    for (const line of [`x-iadvize-delivery: ${ID}`, `X-Iadvize-Delivery:${ID}`]) {
      assert.deepEqual(readSearch(line).at(-1)?.ids, { low: ID, high: ID }, line);
    }
    assert.equal(readSearch('order: 17').length, 2);
    assert.equal(readSearch('order 17').length, 1);
    assert.deepEqual(readSearch(' '), []);
  });

  it('is found as a beginning from eight characters on', () => {
    assert.deepEqual(readSearch('order-1')[0]?.texts, { low: 'order-1', high: 'order-1' });
    const { low, high } = readSearch('order-17')[0]?.texts ?? { low: '', high: '' };
    assert.ok(low <= 'order-17' && 'order-17\u{10fffe}' < high && high < 'order-18');
  });
});
