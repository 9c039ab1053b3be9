import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundsOf, stepTimes, successRateOf } from './steps.ts';

const STEP = {
  at: '2026-11-23T12:00:00.000Z',
  accepted: 0,
  attempts: 0,
  failedAttempts: 0,
  succeeded: 3,
  exhausted: 1,
  p50Ms: null,
  p99Ms: null,
  pending: null,
};

describe('the steps of a span', () => {
  it('lead to what was accepted within them', () => {
    assert.deepEqual(boundsOf({ stepMs: 60_000 }, STEP), {
      since: '2026-11-23T12:00:00.000Z',
      until: '2026-11-23T12:01:00.000Z',
    });
  });

  it('have a rate only where something was settled', () => {
    assert.equal(successRateOf(STEP), 0.75);
    assert.equal(successRateOf({ succeeded: 0, exhausted: 0 }), null);
  });

  it('are named by the time of day, or by the day', () => {
    assert.match(stepTimes({ span: 'hour', steps: [STEP] })[0] ?? '', /\d\d.\d\d/);
    assert.match(stepTimes({ span: 'month', steps: [STEP] })[0] ?? '', /Nov/);
  });
});
