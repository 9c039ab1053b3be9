// Measuring variants side by side: in turns, A B C, C B A, A B C …, so that whatever else the machine does meets all alike.
import { least, median, most } from './statistics.ts';

export interface Measured {
  readonly value: number;
  /** Microseconds of CPU per delivery, by who spent them. */
  readonly cpuUs?: Readonly<Record<string, number>>;
  /** Further figures, by name. */
  readonly more?: Readonly<Record<string, number>>;
}

export interface Variant {
  readonly name: string;
  measure(): Promise<Measured>;
}

export interface Row {
  readonly variant: string;
  /** The measurements, in the order of the rounds. */
  readonly rounds: readonly Measured[];
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Medians. */
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly more: Readonly<Record<string, number>>;
}

/** @param say is told of each measurement as it is done */
export async function interleave(
  variants: readonly Variant[],
  rounds: number,
  say: (text: string) => void,
): Promise<Row[]> {
  const measured = new Map<string, Measured[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? variants : variants.toReversed();
    for (const { name, measure } of order) {
      const one = await measure();
      measured.get(name)?.push(one);
      say(`round ${round + 1} of ${rounds}  ${name}  ${one.value.toPrecision(4)}`);
    }
  }
  return [...measured].map(([variant, list]) => rowOf(variant, list));
}

/** The values of measurements, in their order. */
export const valuesOf = (rounds: readonly Measured[]): number[] => rounds.map(({ value }) => value);

export function rowOf(variant: string, list: readonly Measured[]): Row {
  const values = valuesOf(list);
  return {
    variant,
    rounds: list,
    median: median(values),
    least: least(values),
    most: most(values),
    cpuUs: medians(list.map(({ cpuUs }) => cpuUs ?? {})),
    more: medians(list.map(({ more }) => more ?? {})),
  };
}

function medians(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return Object.fromEntries([...names].map((name) => [name, median(records.flatMap((record) => record[name] ?? []))]));
}
