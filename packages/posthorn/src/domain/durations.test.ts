import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DURATION_BOUNDS, type DurationBound, durationBound, percentileMs } from './durations.ts';

const LONGEST = 65_536;

function counted(durations: readonly number[]): (bound: DurationBound) => number {
  const counts = new Map<DurationBound, number>();
  for (const ms of durations) counts.set(durationBound(ms), (counts.get(durationBound(ms)) ?? 0) + 1);
  return (bound) => counts.get(bound) ?? 0;
}

describe('the class of a call', () => {
  for (const [ms, bound] of [
    [0, 2],
    [0.3, 2],
    [1, 2],
    [2, 2],
    [2.1, 4],
    [3, 4],
    [4, 4],
    [4.01, 8],
    [1_000, 1_024],
    [30_001, 32_768],
    [65_536, 65_536],
    [65_537, 65_536],
    [1e12, 65_536],
  ] as const) {
    it(`of ${ms} ms ends at ${bound} ms`, () => assert.equal(durationBound(ms), bound));
  }

  it('holds every call that is no longer than its bound and longer than the one before', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: LONGEST, noNaN: true }), (ms) => {
        const bound = durationBound(ms);
        const before = DURATION_BOUNDS[DURATION_BOUNDS.indexOf(bound) - 1] ?? -1;
        assert.ok(ms <= bound && ms > before);
      }),
    );
  });
});

describe('a percentile', () => {
  it('of no calls is unknown', () =>
    assert.equal(
      percentileMs(() => 0, 0.5),
      null,
    ));

  it('is read off within its class', () => {
    const halves = counted([1, 1, 100, 100]);
    assert.equal(percentileMs(halves, 0.5), 2);
    assert.equal(percentileMs(halves, 0.25), 1);
    assert.equal(percentileMs(halves, 1), 128);
    assert.equal(percentileMs(halves, 0.75), 64 * Math.SQRT2);
  });

  it('of one slow call among a hundred is the last of the fast ones up to the 99th', () => {
    const durations = counted([...Array.from({ length: 99 }, () => 3), 30_000]);
    assert.equal(percentileMs(durations, 0.99), 4);
    assert.ok((percentileMs(durations, 0.995) ?? 0) > 16_384);
  });

  const durations = fc.array(fc.double({ min: 0.001, max: LONGEST, noNaN: true }), { minLength: 1, maxLength: 200 });
  const quantile = fc.double({ min: 0.01, max: 1, noNaN: true });

  it('lies in the class of the call that it stands for', () => {
    fc.assert(
      fc.property(durations, quantile, (all, q) => {
        const sorted = all.toSorted((a, b) => a - b);
        const wanted = sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? 0;
        const bound = durationBound(wanted);
        const told = percentileMs(counted(all), q) ?? -1;
        assert.ok(told <= bound + 1e-9 && told >= (bound === 2 ? 0 : bound / 2) - 1e-9, `${told} for ${wanted}`);
      }),
    );
  });

  it('never falls when more calls are asked for', () => {
    fc.assert(
      fc.property(durations, quantile, quantile, (all, p, q) => {
        const countOf = counted(all);
        assert.ok((percentileMs(countOf, Math.min(p, q)) ?? 0) <= (percentileMs(countOf, Math.max(p, q)) ?? 0) + 1e-9);
      }),
    );
  });
});
