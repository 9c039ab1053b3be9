// Values as the paths of a picture: one unit wide for each step, one unit high in all.
import type { Scale } from './scale.ts';

export type Values = readonly (number | null)[];

/** Part of a step that its bar fills. */
const BAR_WIDTH = 0.72;
const MARGIN = (1 - BAR_WIDTH) / 2;

const rounded = (value: number): string => String(Math.round(value * 1_000) / 1_000);
const across = (step: number): string => rounded(step + 0.5);
const up = (scale: Scale, value: number): string => rounded(1 - Math.min(1, Math.max(0, scale.heightOf(value))));

/** Through the middles of the steps, with a gap where there is no value; a value that stands alone is a dash. */
export function linePath(values: Values, scale: Scale): string {
  return values
    .map((value, step) => {
      if (value === null) return '';
      const [before, after] = [values[step - 1] ?? null, values[step + 1] ?? null];
      if (before !== null) return `L${across(step)} ${up(scale, value)}`;
      if (after !== null) return `M${across(step)} ${up(scale, value)}`;
      return `M${rounded(step + MARGIN)} ${up(scale, value)}h${BAR_WIDTH}`;
    })
    .join('');
}

/** The area below that line. */
export function areaPath(values: Values, scale: Scale): string {
  let path = '';
  values.forEach((value, step) => {
    if (value === null) return;
    const begins = (values[step - 1] ?? null) === null;
    const ends = (values[step + 1] ?? null) === null;
    // One that stands alone has nothing below it but its dash.
    if (begins && ends) return;
    path += begins ? `M${across(step)} 1L${across(step)} ${up(scale, value)}` : `L${across(step)} ${up(scale, value)}`;
    if (ends) path += `L${across(step)} 1Z`;
  });
  return path;
}

/** Bars, standing on others if there are any. @param below what they stand on, step by step */
export function barsPath(values: Values, scale: Scale, below: Values = []): string {
  return values
    .map((value, step) => {
      if (value === null || value === 0) return '';
      const foot = below[step] ?? 0;
      return `M${rounded(step + MARGIN)} ${up(scale, foot)}V${up(scale, foot + value)}h${BAR_WIDTH}V${up(scale, foot)}Z`;
    })
    .join('');
}
