import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changesOf, typedOf } from './changes.ts';

const settings = {
  url: 'https://example.com/hooks',
  eventTypes: ['user.*', 'order.paid'],
  description: 'Shop',
  scheduleMs: [1_005, 20_000],
  concurrency: null,
};
const began = typedOf(settings);

describe('what somebody changed of an endpoint', () => {
  it('is nothing when nothing is different, however it is spaced', () => {
    assert.equal(changesOf(began, began), undefined);
    assert.equal(changesOf(began, { ...began, types: ' user.*,  order.paid ', schedule: '1.005, 20.0' }), undefined);
    const bare = typedOf({ ...settings, eventTypes: null, scheduleMs: [] });
    assert.equal(changesOf(bare, bare), undefined);
  });

  it('is each field that is different, and no other', () => {
    assert.deepEqual(changesOf(began, { ...began, url: 'https://example.com/new' }), {
      url: 'https://example.com/new',
    });
    assert.deepEqual(changesOf(began, { ...began, description: '', types: '' }), { description: '', eventTypes: null });
    assert.deepEqual(changesOf(began, { ...began, schedule: '' }), { scheduleMs: [] });
    assert.deepEqual(changesOf(began, { ...began, concurrency: '1' }), { concurrency: 1 });
    assert.deepEqual(changesOf(typedOf({ ...settings, concurrency: 4 }), began), { concurrency: null });
  });

  it('has delays in whole milliseconds', () => {
    assert.deepEqual(changesOf(began, { ...began, schedule: '1.005 0.0015 2592000' }), {
      scheduleMs: [1_005, 2, 2_592_000_000],
    });
    for (const ms of [1, 1_005, 8_003, 4_294_967, 2_591_999_999]) {
      assert.equal(typedOf({ ...settings, scheduleMs: [ms] }).schedule, String(ms / 1_000));
      assert.deepEqual(changesOf(began, typedOf({ ...settings, scheduleMs: [ms, ms] })), { scheduleMs: [ms, ms] });
    }
  });

  it('keeps a delay that is no number, so that the server says what is wrong', () => {
    assert.deepEqual(changesOf(began, { ...began, schedule: '5 soon' }), { scheduleMs: [5_000, Number.NaN] });
  });
});
