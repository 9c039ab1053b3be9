import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Trouble } from '../api/answers.ts';
import { unlistedText } from './trouble.ts';

const worst = (length: number): Trouble[] =>
  Array.from({ length }, (_, index) => ({
    tenant: 'acme',
    endpointId: `e${index}`,
    attempts: 3,
    failedAttempts: 3,
    succeeded: 0,
    exhausted: 1,
    lastFailedAt: '2026-11-23T12:00:00.000Z',
  }));

it('an endpoint that is not among the worst had no trouble, unless that list is full', () => {
  assert.deepEqual([0, 1, 19, 20].map(worst).map(unlistedText), [
    'no trouble',
    'no trouble',
    'no trouble',
    'not among the 20 worst',
  ]);
});
