import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DURATION_BOUNDS } from './durations.ts';
import { OUTCOMES, type Outcome } from './outcome.ts';
import { addCounts, type Counts, countAttempt, endedBy, FIGURES, noCounts, slotOf } from './tally.ts';
import { wall } from './time.ts';

describe('a slot', () => {
  const at = wall(Date.parse('2026-11-25T13:21:35.123Z'));
  for (const [tier, begins] of [
    ['minute', '2026-11-25T13:21:00.000Z'],
    ['hour', '2026-11-25T13:00:00.000Z'],
    ['day', '2026-11-25T00:00:00.000Z'],
  ] as const) {
    it(`of a ${tier} begins at its start`, () => {
      assert.equal(new Date(slotOf(tier, at)).toISOString(), begins);
      assert.equal(slotOf(tier, slotOf(tier, at)), slotOf(tier, at));
    });
  }
});

describe('an attempt ends', () => {
  for (const [trigger, outcome, state, late, ended] of [
    ['schedule', 'succeeded', 'succeeded', false, 'succeeded'],
    ['schedule', 'http_status', 'exhausted', false, 'exhausted'],
    ['schedule', 'http_status', 'pending', false, null],
    ['schedule', 'interrupted', 'exhausted', false, 'exhausted'],
    ['manual', 'succeeded', 'succeeded', false, 'succeeded'],
    ['manual', 'http_status', 'exhausted', false, null],
    ['manual', 'http_status', 'succeeded', false, null],
    ['manual', 'http_status', 'cancelled', false, null],
    ['schedule', 'succeeded', 'succeeded', true, null],
  ] as const) {
    const how = `${late ? 'late ' : ''}${trigger}, ${outcome}, ${state}`;
    it(`${how}: ${ended ?? 'nothing'}`, () => assert.equal(endedBy(trigger, outcome, state, late), ended));
  }
});

describe('counts', () => {
  const counted = (...attempts: [Outcome, number, 'succeeded' | 'exhausted' | null][]): Counts => {
    const counts = noCounts();
    for (const [outcome, durationMs, ended] of attempts) countAttempt(counts, outcome, durationMs, ended);
    return counts;
  };
  const sum = (counts: Counts, figures: readonly string[]) =>
    Object.entries(counts).reduce((total, [figure, count]) => total + (figures.includes(figure) ? count : 0), 0);

  it('begin at nothing, apart from each other', () => {
    const counts = noCounts();
    counts.attempts += 1;
    assert.deepEqual(new Set(Object.values(noCounts())), new Set([0]));
    assert.deepEqual(Object.keys(counts), FIGURES);
  });

  it('hold each attempt once by outcome, and once by how long it took', () => {
    const counts = counted(
      ['succeeded', 12, 'succeeded'],
      ['http_status', 700, null],
      ['reply_timeout', 30_000, 'exhausted'],
    );
    assert.equal(counts.attempts, 3);
    assert.equal(counts.failed, 2);
    assert.equal(counts.succeeded, 1);
    assert.equal(counts.exhausted, 1);
    assert.deepEqual([counts.outcome_succeeded, counts.outcome_http_status, counts.outcome_reply_timeout], [1, 1, 1]);
    assert.deepEqual([counts.ms_16, counts.ms_1024, counts.ms_32768], [1, 1, 1]);
  });

  for (const outcome of OUTCOMES) {
    it(`know the outcome ${outcome}`, () => {
      const counts = counted([outcome, 5, null]);
      const outcomes = OUTCOMES.map((one) => `outcome_${one}`);
      assert.equal(sum(counts, outcomes), 1);
      const ours = outcome === 'interrupted' || outcome === 'local_error';
      const durations = DURATION_BOUNDS.map((bound) => `ms_${bound}`);
      assert.equal(sum(counts, durations), ours ? 0 : 1, 'our own failures tell nothing of the receiver');
      assert.equal(counts.failed, outcome === 'succeeded' ? 0 : 1);
    });
  }

  it('add up', () => {
    const total = counted(['succeeded', 1, 'succeeded']);
    addCounts(total, counted(['succeeded', 1, 'succeeded'], ['dns_error', 9, 'exhausted']));
    assert.deepEqual(
      total,
      counted(['succeeded', 1, 'succeeded'], ['succeeded', 1, 'succeeded'], ['dns_error', 9, 'exhausted']),
    );
  });
});
