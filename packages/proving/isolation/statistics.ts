// Statistics of many latencies.
import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

export function spreadOf(latencies: readonly number[]): Spread {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), most: at(1) };
}

/** Of the same figure of several rounds, the one in the middle. */
export function medians(spreads: readonly Spread[]): Spread {
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return {
    p50: middle(spreads.map(({ p50 }) => p50)),
    p99: middle(spreads.map(({ p99 }) => p99)),
    most: middle(spreads.map(({ most }) => most)),
  };
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** The sum of a metric of the service over all of its labels that match. */
export async function metric({ url }: ServiceProcess, name: string, labels = /^/): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  let sum = 0;
  for (const line of text.split('\n')) {
    const [, found, label = '', value] = /^(\w+)(\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    if (found === name && labels.test(label)) sum += Number(value);
  }
  return sum;
}
