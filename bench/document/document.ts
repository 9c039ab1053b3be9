// docs/performance.md: its figures are written by this, from docs/performance.json, between marks. The words around them are
// people's.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Check } from '../measure/checks.ts';
import type { Figures, KeptScenario } from '../measure/figures.ts';
import { cellsOf, figure } from '../measure/report.ts';
import { markdownTable } from './markdown.ts';

export const DOCUMENT = new URL('../../docs/performance.md', import.meta.url);

/** Rows of a scenario's table; the others are in the JSON file. */
const MAX_ROWS = 12;
/** Has a table of its own form, in a section of its own. */
const BUDGET = 'budget';

const SECTIONS: Readonly<Record<string, (figures: Figures) => string>> = {
  machine: machineOf,
  targets: targetsOf,
  scenarios: ({ scenarios }) =>
    scenarios
      .filter(({ name }) => name !== BUDGET)
      .map(scenarioOf)
      .join('\n\n'),
  budget: budgetOf,
};

/** Puts figures into the document. */
export function writeDocument(figures: Figures): void {
  writeFileSync(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), figures));
}

/**
 * A document with figures in the places of those that it had.
 * @throws when a place is missing
 */
export function withFigures(document: string, figures: Figures): string {
  let text = document;
  for (const [name, write] of Object.entries(SECTIONS)) {
    const [begin, end] = [`<!-- figures: ${name} -->`, `<!-- end: ${name} -->`];
    const [before, rest] = split(text, begin);
    const [, after] = split(rest, end);
    text = `${before}${begin}\n\n${write(figures)}\n\n${end}${after}`;
  }
  return text;
}

function split(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/performance.md lacks the mark ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function machineOf({ machine }: Figures): string {
  return Object.entries(machine)
    .map(([fact, value]) => `${fact} ${value}`)
    .join(' · ');
}

function targetsOf({ scenarios }: Figures): string {
  const checks = scenarios.flatMap((scenario) => scenario.checks);
  const rows = checks.map((check) => [
    check.promise,
    `${check.wants === 'at least' ? '≥' : '≤'} ${figure(check.target)}${check.unit}`,
    `${figure(check.median)}${check.unit}`,
    check.least === check.most ? '' : `${figure(check.least)} – ${figure(check.most)}`,
    verdict(check),
  ]);
  return markdownTable(['', 'target', 'measured', 'rounds', ''], rows);
}

const verdict = ({ holds }: Check) => (holds ? 'holds' : '**missed**');

function scenarioOf({ name, promise, unit, rows, notes, madeAt, commit, extent, seconds }: KeptScenario): string {
  const [head = [], ...cells] = cellsOf(unit, rows.slice(0, MAX_ROWS));
  const more = rows.length - MAX_ROWS;
  const sentences = [
    ...notes,
    ...(more > 0 ? [`${more} more rows are in [performance.json](performance.json).`] : []),
    `Measured ${madeAt.slice(0, 10)} at ${commit} (${extent} run, ${seconds} s).`,
  ];
  return [`### ${name}: ${promise}`, markdownTable(head, cells), sentences.join(' ')].join('\n\n');
}

function budgetOf({ scenarios }: Figures): string {
  const budget = scenarios.find(({ name }) => name === BUDGET);
  if (budget === undefined) return 'Not measured yet.';
  const columns = [budget.unit, ...new Set(budget.rows.flatMap(({ more }) => Object.keys(more)))];
  const cells = budget.rows.map(({ variant, median, more }) => [
    variant,
    ...columns.map((column, index) => {
      const value = index === 0 ? median : more[column];
      return value === undefined || value === 0 ? '' : figure(value);
    }),
  ]);
  return [markdownTable(['', ...columns], cells), budget.notes.join(' ')].join('\n\n');
}
