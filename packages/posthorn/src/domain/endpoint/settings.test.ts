import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_SETTINGS, SETTING_LIMITS } from './settings.ts';

describe('the limits of an endpoint’s settings', () => {
  const { scheduleMs, connectTimeoutMs, replyTimeoutMs } = DEFAULT_SETTINGS;
  const within = (value: number, { min, max }: { readonly min: number; readonly max: number }) =>
    assert.ok(value >= min && value <= max, `${value} is not from ${min} to ${max}`);

  it('contain the contract’s defaults', () => {
    assert.ok(scheduleMs.length <= SETTING_LIMITS.retries);
    for (const delayMs of scheduleMs) within(delayMs, SETTING_LIMITS.retryDelayMs);
    within(connectTimeoutMs, SETTING_LIMITS.connectTimeoutMs);
    within(replyTimeoutMs, SETTING_LIMITS.replyTimeoutMs);
  });

  it('allow a delay of 30 days and no more', () => assert.equal(SETTING_LIMITS.retryDelayMs.max, 2_592_000_000));
});
