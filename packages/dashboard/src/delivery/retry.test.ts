import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isToCome } from './retry.ts';

it('an attempt that was asked for is to come until it is there, or the delivery is settled without it', () => {
  assert.ok(isToCome({ state: 'pending', attemptCount: 1 }, 1));
  assert.ok(!isToCome({ state: 'pending', attemptCount: 2 }, 1));
  assert.ok(!isToCome({ state: 'succeeded', attemptCount: 2 }, 1));
  assert.ok(!isToCome({ state: 'cancelled', attemptCount: 1 }, 1));
});
