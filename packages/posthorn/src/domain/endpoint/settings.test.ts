import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_SETTINGS, type EndpointSettings, SETTING_LIMITS, sameSettings } from './settings.ts';

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

describe('two settings', () => {
  const one: EndpointSettings = {
    ...DEFAULT_SETTINGS,
    url: 'https://receiver.example/',
    secrets: ['a', 'b'],
    headers: { one: '1', two: '2' },
  };
  const cases: readonly (readonly [string, Partial<EndpointSettings>, boolean])[] = [
    ['copies', { secrets: ['a', 'b'] }, true],
    ['headers in another order', { headers: { two: '2', one: '1' } }, true],
    ['another URL', { url: 'https://receiver.example/x' }, false],
    ['secrets in another order', { secrets: ['b', 'a'] }, false],
    ['a header more', { headers: { one: '1', two: '2', three: '3' } }, false],
    ['another header value', { headers: { one: '1', two: '3' } }, false],
    ['no types instead of all', { eventTypes: [] }, false],
    ['another delay', { scheduleMs: [10_000, 20_001] }, false],
  ];
  for (const [what, change, same] of cases) {
    it(`with ${what} ${same ? 'are the same' : 'differ'}`, () => {
      assert.equal(sameSettings(one, { ...one, ...change }), same);
    });
  }
});
