import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DURATION_BOUNDS } from './durations.ts';
import { OUTCOMES, type Outcome } from './outcome.ts';
import {
  addCounts,
  type Counts,
  countAttempt,
  endedBy,
  FIGURES,
  MAX_STATUSES,
  mostFrequent,
  noCounts,
  readStatusCounts,
  slotOf,
} from './tally.ts';
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
  const counted = (
    ...attempts: [outcome: Outcome, durationMs: number, ended: 'succeeded' | 'exhausted' | null, status?: number][]
  ): Counts => {
    const counts = noCounts();
    for (const [outcome, durationMs, ended, status] of attempts) {
      countAttempt(counts, { outcome, durationMs, response: status === undefined ? null : { status } }, ended);
    }
    return counts;
  };
  const sum = (counts: Counts, figures: readonly string[]) =>
    FIGURES.reduce((total, figure) => total + (figures.includes(figure) ? counts[figure] : 0), 0);

  it('begin at nothing, apart from each other', () => {
    const counts = noCounts();
    counts.attempts += 1;
    counts.statuses.set(503, 1);
    const { statuses, ...figures } = noCounts();
    assert.deepEqual(new Set(Object.values(figures)), new Set([0]));
    assert.deepEqual(Object.keys(figures), FIGURES);
    assert.equal(statuses.size, 0);
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

  it('hold statuses of answers that were no success, and of no others', () => {
    const counts = counted(
      ['http_status', 5, null, 503],
      ['http_status', 5, null, 404],
      ['http_status', 5, null, 503],
      ['succeeded', 5, 'succeeded', 204],
      ['reply_timeout', 5, null, 200],
    );
    assert.deepEqual(
      [...counts.statuses],
      [
        [503, 2],
        [404, 1],
      ],
    );
    addCounts(counts, counted(['http_status', 5, null, 404], ['http_status', 5, null, 500]));
    assert.deepEqual(
      [...counts.statuses],
      [
        [503, 2],
        [404, 2],
        [500, 1],
      ],
    );
  });

  it('keep the most frequent statuses when there are too many', () => {
    const some = new Map([
      [404, 1],
      [503, 9],
    ]);
    assert.equal(mostFrequent(some), some);
    const many = new Map(Array.from({ length: MAX_STATUSES + 3 }, (_, index) => [400 + index, index]));
    const kept = mostFrequent(many);
    assert.equal(kept.size, MAX_STATUSES);
    assert.deepEqual([kept.has(402), kept.has(403), kept.get(400 + MAX_STATUSES + 2)], [false, true, MAX_STATUSES + 2]);
  });

  for (const [written, read] of [
    [null, []],
    [{}, []],
    [
      { 404: 3, 503: 12 },
      [
        [404, 3],
        [503, 12],
      ],
    ],
  ] as const) {
    it(`read ${JSON.stringify(written)} as statuses`, () => assert.deepEqual([...readStatusCounts(written)], read));
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
