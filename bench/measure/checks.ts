// A target and what was measured against it. Ratios are taken round by round, between measurements made one after the other.
import type { Row } from './rounds.ts';
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

/** None when one of the two was not measured. */
export function checkRatio(rows: readonly Row[], { of, to, ...wanted }: RatioCheck): Check[] {
  const ratios = ratiosOf(rows, of, to);
  return ratios.length === 0 ? [] : [judge({ ...wanted, unit: '' }, ratios)];
}

export function judge(wanted: Wanted, values: readonly number[]): Check {
  const middle = median(values);
  const holds = wanted.wants === 'at least' ? middle >= wanted.target : middle <= wanted.target;
  return { ...wanted, median: middle, least: least(values), most: most(values), holds };
}

function ratiosOf(rows: readonly Row[], of: string, to: string): number[] {
  const above = rows.find(({ variant }) => variant === of)?.values ?? [];
  const below = rows.find(({ variant }) => variant === to)?.values ?? [];
  return above.slice(0, below.length).map((value, index) => value / (below[index] ?? Number.NaN));
}
