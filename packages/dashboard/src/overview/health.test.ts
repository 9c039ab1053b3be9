import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Delivery } from '../api/shapes.ts';
import { healthOf, percentText, spansOf, worstFirst } from './health.ts';

const delivery = (state: Delivery['state'], endpointId = 'e', second = 0, attemptCount = 1): Delivery => ({
  id: 'd',
  endpointId,
  eventId: 'v',
  eventType: 'a',
  state,
  createdAt: new Date(second * 1_000).toISOString(),
  attemptCount,
  nextAttemptAt: null,
  endedAt: null,
});

describe('health', () => {
  it('counts only what is settled', () => {
    const list = [delivery('succeeded'), delivery('exhausted'), delivery('pending'), delivery('cancelled')];
    assert.deepEqual(healthOf([...list, delivery('pending', 'e', 0, 0)]), {
      succeeded: 1,
      exhausted: 1,
      waiting: 1,
      retrying: 1,
      cancelled: 1,
      successRate: 0.5,
    });
    assert.equal(healthOf([]).successRate, undefined);
  });

  it('is never rounded up to perfect', () => {
    assert.equal(percentText(0.99999), '99.9 %');
    assert.equal(percentText(1), '100 %');
    assert.equal(percentText(undefined), '–');
  });

  it('puts the worst endpoint first', () => {
    const list = [delivery('succeeded', 'good'), delivery('exhausted', 'bad'), delivery('succeeded', 'half')];
    const order = worstFirst([...list, delivery('pending', 'half')]).map(({ endpointId }) => endpointId);
    assert.deepEqual(order, ['bad', 'half', 'good']);
  });

  it('is spread over time without losing any', () => {
    const list = [0, 1, 5, 9, 10].map((second) => delivery('succeeded', 'e', second));
    const counts = spansOf(list, 5, 10_000).map(({ health }) => health.succeeded);
    assert.deepEqual(counts, [2, 0, 1, 0, 2]);
    assert.equal(spansOf([], 3, 0).length, 3);
  });
});
