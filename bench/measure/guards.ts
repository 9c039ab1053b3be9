// Guards against decline, for quick runs: is a ratio far from what it was when the figures in docs/performance.json were
// taken? Only ratios, because whoever runs this has another machine, and it is busy.
import { type Check, checkRatio, judge } from './checks.ts';
import type { Row } from './rounds.ts';

/**
 * A rate may fall to this part of its share: other load meets one process and five differently. It finds what waits; what
 * works more is found by the CPU time.
 */
const RATE_MARGIN = 1 / 3;
/**
 * CPU time per delivery hardly depends on other load, so its share may only rise to this. In a quick run, during a part of which
 * the program is still being compiled, it is 1.1 to 1.45 times what it is in a whole one.
 */
const CPU_MARGIN = 1.8;
/** Those who are not what is measured. */
const SURROUNDINGS = ['receiver', 'producer'];

/** The figures of now, and the remembered ones. */
export interface Compared {
  readonly scenario: string;
  readonly rows: readonly Row[];
  readonly remembered: readonly Omit<Row, 'values'>[];
}

/** Compares the rates of two variants. None when they are not remembered. */
export function guardRate({ scenario, rows, remembered }: Compared, of: string, to: string): Check[] {
  const [above, below] = [rowOf(remembered, of), rowOf(remembered, to)];
  if (above === undefined || below === undefined) return [];
  const target = (RATE_MARGIN * above.median) / below.median;
  return checkRatio(rows, { promise: `${scenario}: ${of} to ${to}`, wants: 'at least', target, of, to });
}

/** Compares the CPU time of a delivery in two variants. None when it is not remembered, or when the system does not tell it. */
export function guardCpu({ scenario, rows, remembered }: Compared, of: string, to: string): Check[] {
  const before = cpuOf(remembered, of) / cpuOf(remembered, to);
  const now = cpuOf(rows, of) / cpuOf(rows, to);
  if (!Number.isFinite(before) || !Number.isFinite(now)) return [];
  const promise = `${scenario}: CPU time of ${of} to ${to}`;
  return [judge({ promise, wants: 'at most', target: CPU_MARGIN * before, unit: '' }, [now])];
}

function rowOf<Named extends Pick<Row, 'variant'>>(rows: readonly Named[], name: string): Named | undefined {
  return rows.find(({ variant }) => variant === name);
}

function cpuOf(rows: readonly Pick<Row, 'variant' | 'cpuUs'>[], name: string): number {
  const spent = Object.entries(rowOf(rows, name)?.cpuUs ?? {});
  return spent.reduce((sum, [who, us]) => sum + (SURROUNDINGS.includes(who) ? 0 : us), 0);
}
