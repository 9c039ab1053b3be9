// The suites' measurements, as a table for people.
import type { Ran } from './run.ts';

const HEAD = ['suite', 'faults', 'accepted', 'delivered', 'lost', 'twice', 'recovers in', 'takes', ''];

export function tableOf(runs: readonly Ran[]): string {
  const rows = runs.map(({ name, figures, broken, seconds }) => [
    name,
    ...(figures === undefined
      ? ['', '', '', '', '', '']
      : [
          ...[figures.faults, figures.accepted, figures.delivered, figures.lost, figures.twice].map(String),
          figures.recoverMs === null ? '' : `${(figures.recoverMs / 1_000).toFixed(1)} s`,
        ]),
    `${Math.round(seconds)} s`,
    broken.length === 0 ? 'holds' : 'BROKEN',
  ]);
  const widths = HEAD.map((word, column) => Math.max(word.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(HEAD), ...rows.map(line)].join('\n');
}

/** Other figures of a suite, and for each broken promise its sentence. */
export function detailsOf({ name, figures, broken }: Ran): string {
  const { facts = {}, twiceByCause = {} } = figures ?? {};
  const causes = Object.entries(twiceByCause).map(([cause, count]) => `twice by ${cause}: ${count}`);
  const others = Object.entries(facts).map(([fact, value]) => `${fact}: ${value}`);
  const lines = [`${name}: ${[...causes, ...others].join(', ')}`, ...broken.map((sentence) => `  BROKEN: ${sentence}`)];
  return lines.join('\n');
}
