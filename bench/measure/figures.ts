// The figures that are kept: taken on a quiet machine, committed as docs/performance.json, shown in docs/performance.md, and
// what quick runs are compared with.
import { existsSync, readFileSync } from 'node:fs';
import type { Extent } from '../scenarios/scenario.ts';
import type { Check } from './checks.ts';
import type { Machine } from './machine.ts';
import type { Row } from './rounds.ts';

const FILE = new URL('../../docs/performance.json', import.meta.url);

type KeptRow = Omit<Row, 'values'>;

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

/** What was kept last; `undefined` when nothing ever was. */
function readFigures(): Figures | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Figures) : undefined;
}

/** The rows of a scenario as they were kept. */
export function rememberedRows(scenario: string): readonly KeptRow[] {
  return readFigures()?.scenarios.find(({ name }) => name === scenario)?.rows ?? [];
}
