import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_REPLY_TIMEOUT_MS, DEFAULT_SCHEDULE_MS } from './endpoint.ts';
import {
  MAX_CONNECT_TIMEOUT_MS,
  MAX_REPLY_TIMEOUT_MS,
  MAX_RETRIES,
  MAX_RETRY_DELAY_MS,
  MIN_CONNECT_TIMEOUT_MS,
  MIN_REPLY_TIMEOUT_MS,
  MIN_RETRY_DELAY_MS,
} from './schedule.ts';

describe('the limits of an endpoint’s times', () => {
  it('contain the contract’s defaults', () => {
    assert.ok(DEFAULT_SCHEDULE_MS.length <= MAX_RETRIES);
    for (const delayMs of DEFAULT_SCHEDULE_MS) {
      assert.ok(delayMs >= MIN_RETRY_DELAY_MS && delayMs <= MAX_RETRY_DELAY_MS);
    }
    assert.ok(DEFAULT_CONNECT_TIMEOUT_MS >= MIN_CONNECT_TIMEOUT_MS);
    assert.ok(DEFAULT_CONNECT_TIMEOUT_MS <= MAX_CONNECT_TIMEOUT_MS);
    assert.ok(DEFAULT_REPLY_TIMEOUT_MS >= MIN_REPLY_TIMEOUT_MS && DEFAULT_REPLY_TIMEOUT_MS <= MAX_REPLY_TIMEOUT_MS);
  });

  it('allow a delay of 30 days and no more', () => assert.equal(MAX_RETRY_DELAY_MS, 2_592_000_000));
});
