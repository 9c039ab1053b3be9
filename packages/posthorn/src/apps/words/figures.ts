// Counts and shares for people. The dashboard and the command line say the same.

const FIGURES = new Intl.NumberFormat('en-US');

/** `1,240` */
export const countText = (count: number): string => FIGURES.format(count);

/** `97.5 %`; never rounded up to a perfect 100 %. @param rate 0 to 1; `null` when there is nothing to share */
export function percentText(rate: number | null): string {
  if (rate === null) return '–';
  return rate === 1 ? '100 %' : `${Math.floor(rate * 1_000) / 10} %`;
}
