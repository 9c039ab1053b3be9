// How long calls took, kept as counts per class: classes that double tell a percentile well enough for people, add up over
// any stretch of time, and take the same few numbers for one call as for millions.

/** The longest that a call of each class takes, in milliseconds; each class begins where the one before ends. */
export const DURATION_BOUNDS = [
  2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536,
] as const;

export type DurationBound = (typeof DURATION_BOUNDS)[number];

const LONGEST = 65_536;

/** The class that a call belongs to. One that took longer than the last bound is counted there. */
export function durationBound(durationMs: number): DurationBound {
  // Where the highest bit of the whole milliseconds is.
  const index = 31 - Math.clz32(Math.ceil(Math.min(Math.max(durationMs, 2), LONGEST)) - 1);
  return DURATION_BOUNDS[index] ?? LONGEST;
}

/**
 * Estimates a percentile from counts, as if the calls of a class were spread evenly on a logarithmic scale. Calls that all
 * took equally long may be told by up to two fifths too much or too little; mixed ones far better.
 * @param countOf calls of a class
 * @param quantile 0.5 for the median
 * @returns milliseconds; `null` when there were no calls
 */
export function percentileMs(countOf: (bound: DurationBound) => number, quantile: number): number | null {
  const total = DURATION_BOUNDS.reduce((sum, bound) => sum + countOf(bound), 0);
  if (total === 0) return null;
  let left = quantile * total;
  let last: DurationBound = DURATION_BOUNDS[0];
  for (const bound of DURATION_BOUNDS) {
    const count = countOf(bound);
    if (count === 0) continue;
    last = bound;
    if (left <= count) return within(bound, left / count);
    left -= count;
  }
  return within(last, 1);
}

/** How long the call takes that is so far into its class. The first class begins at zero, which no logarithm reaches. */
function within(bound: DurationBound, fraction: number): number {
  return bound === DURATION_BOUNDS[0] ? bound * fraction : (bound / 2) * 2 ** fraction;
}
