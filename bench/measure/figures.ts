// The figures that are kept: taken on a quiet machine, committed as docs/performance.json, shown in docs/performance.md, and
// what quick runs are compared with.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Extent } from '../scenarios/scenario.ts';
import type { Check } from './checks.ts';
import type { Machine } from './machine.ts';
import type { Ran } from './report.ts';
import type { Row } from './rounds.ts';

const FILE = new URL('../../docs/performance.json', import.meta.url);
/** Significant figures that are kept: more than any of them is good for. */
const KEPT = 4;

type KeptRow = Omit<Row, 'rounds'>;

export interface KeptScenario {
  readonly name: string;
  readonly promise: string;
  readonly unit: string;
  /** When and of what it was measured. */
  readonly madeAt: string;
  readonly commit: string;
  readonly extent: Extent;
  readonly seconds: number;
  readonly rows: readonly KeptRow[];
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
}

export interface Figures {
  readonly machine: Machine;
  readonly scenarios: readonly KeptScenario[];
}

/** The figures kept last; `undefined` when there are none. */
export function readFigures(): Figures | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Figures) : undefined;
}

/**
 * Keeps what was measured in the place of what was kept of the same scenarios.
 * @returns the figures as they are kept: rounded
 */
export function keepFigures(machine: Machine, extent: Extent, ran: readonly Ran[], order: readonly string[]): Figures {
  const scenarios = new Map(readFigures()?.scenarios.map((kept) => [kept.name, kept]));
  const { commit, ...facts } = machine;
  const made = { madeAt: new Date().toISOString(), commit: String(commit), extent };
  for (const one of ran) scenarios.set(one.name, { ...kept(one), ...made });
  const figures = { machine: facts, scenarios: order.flatMap((name) => scenarios.get(name) ?? []) };
  const text = JSON.stringify(figures, rounded, 1);
  writeFileSync(FILE, `${text}\n`);
  return JSON.parse(text) as Figures;
}

/** The rows of a scenario as they were kept. */
export function rememberedRows(scenario: string): readonly KeptRow[] {
  return readFigures()?.scenarios.find(({ name }) => name === scenario)?.rows ?? [];
}

function kept({ name, promise, seconds, outcome }: Ran): Omit<KeptScenario, 'madeAt' | 'commit' | 'extent'> {
  const { unit, checks, notes = [] } = outcome;
  const rows = outcome.rows.map(({ rounds: _, ...row }) => row);
  return { name, promise, unit, seconds: Math.round(seconds), rows, checks, notes };
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(KEPT)) : value;
}
