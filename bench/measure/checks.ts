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

/** What the rest of a shared, smaller or busier machine may cost: a quick run only finds what has become far worse. */
const QUICK_MARGIN = 0.6;

interface RatioCheck {
  readonly promise: string;
  readonly of: string;
  readonly to: string;
  readonly atLeast: number;
}

/** `undefined` when one of the two was not measured. */
export function checkRatio(rows: readonly Row[], { promise, of, to, atLeast }: RatioCheck, quick: boolean): Check[] {
  const ratios = ratiosOf(rows, of, to);
  if (ratios.length === 0) return [];
  const target = quick ? atLeast * QUICK_MARGIN : atLeast;
  return [judge({ promise, wants: 'at least', target, unit: '' }, ratios)];
}

export function ratiosOf(rows: readonly Row[], of: string, to: string): number[] {
  const above = rows.find(({ variant }) => variant === of)?.values ?? [];
  const below = rows.find(({ variant }) => variant === to)?.values ?? [];
  return above.slice(0, below.length).map((value, index) => value / (below[index] ?? Number.NaN));
}

export function judge(check: Pick<Check, 'promise' | 'wants' | 'target' | 'unit'>, values: readonly number[]): Check {
  const middle = median(values);
  const holds = check.wants === 'at least' ? middle >= check.target : middle <= check.target;
  return { ...check, median: middle, least: least(values), most: most(values), holds };
}
