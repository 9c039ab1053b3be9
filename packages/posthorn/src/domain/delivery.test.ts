import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  afterAttempt,
  afterCrash,
  LOCAL_ERROR_DELAY_MS,
  MAX_INTERRUPTIONS,
  MAX_LOCAL_ERROR_DELAY_MS,
  onProbation,
  type Progress,
} from './delivery.ts';
import { OUTCOMES } from './outcome.ts';
import { steady, wall } from './time.ts';

const fresh: Progress = { attempts: 0, failures: 0, interruptions: 0, resume: null };
const end = steady(1_000_000);
const schedule = [10_000, 20_000];

describe('after an attempt', () => {
  it('a success ends the delivery', () => {
    assert.equal(afterAttempt(fresh, 'succeeded', end, schedule).state, 'succeeded');
  });

  it('the first failure is retried 10 s after the attempt ended, the second 20 s after, the third exhausts', () => {
    const first = afterAttempt(fresh, 'http_status', end, schedule);
    assert.deepEqual(first, { state: 'pending', dueAt: end + 10_000, failures: 1, interruptions: 0, resume: null });
    const second = afterAttempt({ ...fresh, attempts: 1, failures: 1 }, 'reply_timeout', end, schedule);
    assert.deepEqual(second, { state: 'pending', dueAt: end + 20_000, failures: 2, interruptions: 0, resume: null });
    const third = afterAttempt({ ...fresh, attempts: 2, failures: 2 }, 'dns_error', end, schedule);
    assert.deepEqual(third, { state: 'exhausted', failures: 3, interruptions: 0 });
  });

  it('an empty schedule exhausts at the first failure', () => {
    assert.equal(afterAttempt(fresh, 'tls_error', end, []).state, 'exhausted');
  });

  it('an error of our own uses up nothing of the schedule', () => {
    const next = afterAttempt({ ...fresh, attempts: 2, failures: 2 }, 'local_error', end, schedule);
    assert.deepEqual(next, {
      state: 'pending',
      dueAt: end + LOCAL_ERROR_DELAY_MS,
      failures: 2,
      interruptions: 0,
      resume: null,
    });
  });

  it('errors of our own are followed by longer and longer pauses, up to a minute', () => {
    const pauses = [0, 1, 2, 3, 4, 5_000].map((ours) => {
      const next = afterAttempt({ ...fresh, attempts: 1 + ours, failures: 1 }, 'local_error', end, schedule);
      return next.state === 'pending' ? next.dueAt - end : undefined;
    });
    assert.deepEqual(pauses, [5_000, 10_000, 20_000, 40_000, MAX_LOCAL_ERROR_DELAY_MS, MAX_LOCAL_ERROR_DELAY_MS]);
  });

  it('an attempt that we cut off is due again at once and uses up nothing', () => {
    const next = afterAttempt({ ...fresh, failures: 1, interruptions: 3 }, 'interrupted', end, schedule);
    assert.deepEqual(next, { state: 'pending', dueAt: end, failures: 1, interruptions: 3, resume: null });
  });

  it('a failed manual attempt leaves everything as it was', () => {
    const waiting: Progress = { ...fresh, failures: 1, resume: { state: 'pending', dueAt: steady(5) } };
    assert.deepEqual(afterAttempt(waiting, 'http_status', end, schedule), {
      state: 'pending',
      dueAt: 5,
      failures: 1,
      interruptions: 0,
      resume: null,
    });
    const done: Progress = { ...fresh, failures: 3, resume: { state: 'exhausted', endedAt: wall(1) } };
    assert.equal(afterAttempt(done, 'http_status', end, schedule).state, 'exhausted');
  });

  it('never schedules a retry earlier than its delay after the end, and never more failures than the schedule allows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OUTCOMES),
        fc.array(fc.nat(1e9), { maxLength: 20 }),
        fc.nat(25),
        fc.nat(4),
        (outcome, delays, failures, interruptions) => {
          const progress = {
            attempts: failures,
            failures: Math.min(failures, delays.length),
            interruptions,
            resume: null,
          };
          const next = afterAttempt(progress, outcome, end, delays);
          assert.ok(next.failures <= delays.length + 1);
          if (next.state !== 'pending') return;
          const used = next.failures > progress.failures ? (delays[progress.failures] ?? 0) : 0;
          assert.ok(next.dueAt >= end + used);
        },
      ),
    );
  });
});

describe('after our own death during an attempt', () => {
  it('is due again at once, and parked as exhausted after five times in a row', () => {
    let progress = fresh;
    for (let death = 1; death < MAX_INTERRUPTIONS; death++) {
      const next = afterCrash(progress, end);
      assert.deepEqual(next, { state: 'pending', dueAt: end, failures: 0, interruptions: death, resume: null });
      progress = { ...progress, interruptions: next.interruptions };
    }
    assert.equal(afterCrash(progress, end).state, 'exhausted');
  });

  it('it is on probation for the last two before it is parked', () => {
    const counts = Array.from({ length: MAX_INTERRUPTIONS }, (_, interruptions) => interruptions);
    assert.deepEqual(
      counts.filter((interruptions) => onProbation({ ...fresh, interruptions })),
      [MAX_INTERRUPTIONS - 2, MAX_INTERRUPTIONS - 1],
    );
  });

  it('an attempt that ends by itself ends the row', () => {
    assert.equal(afterAttempt({ ...fresh, interruptions: 4 }, 'http_status', end, schedule).interruptions, 0);
  });
});
