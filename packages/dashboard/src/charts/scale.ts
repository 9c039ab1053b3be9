// From numbers to heights: where an axis ends, and what is written at it.

/** An axis from `low` to `high`. Heights are 0 at its low end and 1 at its high one. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Values that are written at the axis, the lowest first. */
  readonly ticks: readonly number[];
  readonly heightOf: (value: number) => number;
}

const NICE = [1, 2, 5, 10];

/** For counts: from 0 to a round number. */
export function countScale(values: readonly number[]): Scale {
  const most = Math.max(2, ...values);
  const size = 10 ** Math.floor(Math.log10(most));
  const high = (NICE.find((each) => each * size >= most) ?? 10) * size;
  return linear(0, high, high % 2 === 0 ? [0, high / 2, high] : [0, high]);
}

/** Floors of a rate's axis: what is nearly always 1 is told apart only near 1. */
const RATE_FLOORS = [0.99, 0.95, 0.9, 0.8, 0.5];

/** For shares of 1: from the highest floor that is below all of them. */
export function rateScale(values: readonly number[]): Scale {
  const least = Math.min(1, ...values);
  const low = RATE_FLOORS.find((floor) => floor < least) ?? 0;
  return linear(low, 1, [low, 1]);
}

/** For durations, by powers of ten: calls take from a millisecond to half a minute, and both ends matter. */
export function durationScale(valuesMs: readonly number[]): Scale {
  const positive = valuesMs.map((value) => Math.max(1, value));
  const low = Math.floor(Math.log10(Math.min(...positive, 10)));
  const high = Math.max(low + 2, Math.ceil(Math.log10(Math.max(...positive, 10))));
  const ticks = Array.from({ length: high - low + 1 }, (_, power) => 10 ** (low + power));
  return {
    low: 10 ** low,
    high: 10 ** high,
    ticks,
    heightOf: (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low),
  };
}

function linear(low: number, high: number, ticks: readonly number[]): Scale {
  return { low, high, ticks, heightOf: (value) => (value - low) / (high - low) };
}
