// Guards against decline, for quick runs: is a ratio far from what it was when the figures in docs/performance.json were
// taken? Only ratios, because whoever runs this has another machine, and it is busy.
//
// A machine that others use changes its speed by a factor of two within seconds. Two rules keep that apart from a decline:
// - A ratio is taken within each round, between measurements made one after the other, and the median of the rounds counts.
// - A check that misses is measured again. Only a check that misses in every run is a decline: a decline of the size that the
//   margins leave room for misses each time, and a busy moment does not last for three runs.
import { type Check, checkRatio } from './checks.ts';
import type { Measured, Row } from './rounds.ts';

/** How often a scenario is measured at most before a check that always missed counts. */
export const MOST_RUNS = 3;

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

type RememberedRow = Omit<Row, 'rounds'>;

/** The figures of now, and the remembered ones. */
export interface Compared {
  readonly scenario: string;
  readonly rows: readonly Row[];
  readonly remembered: readonly RememberedRow[];
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
  const [above, below] = [cpuOf(rowOf(remembered, of)), cpuOf(rowOf(remembered, to))];
  if (above === undefined || below === undefined) return [];
  const target = (CPU_MARGIN * above) / below;
  const promise = `${scenario}: CPU time of ${of} to ${to}`;
  return checkRatio(rows, { promise, wants: 'at most', target, of, to }, cpuOf);
}

/**
 * The verdict on a scenario that was measured more than once: a check holds if it held in any of the runs.
 * @param runs the checks of each run, in the order of the runs
 * @returns of each check the first that holds, or else the last
 */
export function settle(runs: readonly (readonly Check[])[]): Check[] {
  const settled = new Map<string, Check>();
  for (const check of runs.flat()) {
    if (settled.get(check.promise)?.holds !== true) settled.set(check.promise, check);
  }
  return [...settled.values()];
}

function rowOf(rows: readonly RememberedRow[], name: string): RememberedRow | undefined {
  return rows.find(({ variant }) => variant === name);
}

/** Microseconds of CPU per delivery; `undefined` when they are not known. */
function cpuOf(measured: Pick<Measured, 'cpuUs'> | undefined): number | undefined {
  const spent = Object.entries(measured?.cpuUs ?? {}).filter(([who]) => !SURROUNDINGS.includes(who));
  return spent.length === 0 ? undefined : spent.reduce((sum, [, us]) => sum + us, 0);
}
