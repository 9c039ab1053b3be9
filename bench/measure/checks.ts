// A target and what was measured against it. Ratios are taken round by round, between measurements made one after the other.
import type { Measured, Row } from './rounds.ts';
import { least, median, most } from './statistics.ts';

export interface Check {
  readonly promise: string;
  readonly wants: 'at least' | 'at most';
  readonly target: number;
  readonly unit: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly holds: boolean;
}

type Wanted = Pick<Check, 'promise' | 'wants' | 'target' | 'unit'>;

/** The bound of a ratio. */
interface RatioCheck extends Pick<Check, 'promise' | 'wants' | 'target'> {
  /** The variants that are compared, by name. */
  readonly of: string;
  readonly to: string;
}

/** Reads one figure of a measurement; `undefined` when it was not measured. */
type Figure = (measured: Measured) => number | undefined;

/**
 * None when one of the two was not measured.
 * @param figure is compared; left out, the value
 */
export function checkRatio(
  rows: readonly Row[],
  { of, to, ...wanted }: RatioCheck,
  figure: Figure = ({ value }) => value,
): Check[] {
  const ratios = ratiosOf(figuresOf(rows, of, figure), figuresOf(rows, to, figure));
  return ratios.length === 0 ? [] : [judge({ ...wanted, unit: '' }, ratios)];
}

export function judge(wanted: Wanted, values: readonly number[]): Check {
  const middle = median(values);
  const holds = wanted.wants === 'at least' ? middle >= wanted.target : middle <= wanted.target;
  return { ...wanted, median: middle, least: least(values), most: most(values), holds };
}

/** Of the rounds in which both were measured. */
function ratiosOf(above: ReturnType<Figure>[], below: ReturnType<Figure>[]): number[] {
  return above.flatMap((value, index) => {
    const to = below[index];
    return value === undefined || to === undefined ? [] : value / to;
  });
}

function figuresOf(rows: readonly Row[], name: string, figure: Figure): ReturnType<Figure>[] {
  return rows.find(({ variant }) => variant === name)?.rounds.map(figure) ?? [];
}
