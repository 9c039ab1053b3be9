// Numbers for people.

const COUNT = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
/** From here on a number is read faster when it is short. */
const LONG_COUNT = 100_000;

/** `12,345`. */
export const countText = (count: number): string => COUNT.format(count);

/** `12,345`, but `1.23M`. */
export const shortCountText = (count: number): string => (count < LONG_COUNT ? COUNT : SHORT).format(count);

/** Never rounded up to a perfect 100 %. @param rate 0–1; `null` when there is nothing to go by */
export function percentText(rate: number | null): string {
  if (rate === null) return '–';
  if (rate === 1) return '100 %';
  return `${Math.floor(rate * 1_000) / 10} %`;
}
