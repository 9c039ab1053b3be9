// The suites' reports, as they were last kept for the documentation. The machine of a run, and whether the run was of everything,
// is part of its report.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttackFigures } from '../attack/run.ts';
import type { Ran } from '../crash/run.ts';
import type { HostileFigures } from '../hostile/run.ts';
import type { Figures as IsolationFigures } from '../isolation/scenarios.ts';
import type { Trial } from '../support/mutants.ts';

export const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
/** Where reports are kept, and where the suites put them. */
export const KEPT = join(WORKSPACE, 'docs/reliability');
const REPORTS = join(WORKSPACE, 'reports');

/** The head of every report. */
export interface Made {
  readonly madeAt: string;
  readonly commit: string;
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** Load average of the machine before the suite began. */
  readonly loadBefore: number;
  /** Whether nothing was left out. */
  readonly whole?: boolean;
}

interface Reports {
  readonly crash: { readonly seed: number; readonly suites: readonly Ran[] };
  readonly simulate: {
    readonly seconds: number;
    readonly seeds: number;
    readonly hours: number;
    readonly faults: number;
    readonly events: number;
    readonly calls: number;
    readonly violations: number;
  };
  readonly hostile: HostileFigures;
  readonly isolation: { readonly seconds: number; readonly scenarios: readonly IsolationFigures[] };
  readonly attack: AttackFigures & { readonly seed: number };
  readonly 'crash-mutants': Tried;
  readonly 'simulate-mutants': Tried;
  readonly 'hostile-mutants': Tried;
  readonly 'isolation-mutants': Tried;
  readonly 'attack-mutants': Tried;
}

interface Tried {
  readonly mutants: readonly Trial[];
}

export type ReportName = keyof Reports;
/** Reports by name; one that was never kept is missing. */
export type Data = { readonly [Name in ReportName]?: Reports[Name] & Made };

export const NAMES: readonly ReportName[] = [
  'simulate',
  'crash',
  'hostile',
  'isolation',
  'attack',
  'simulate-mutants',
  'crash-mutants',
  'hostile-mutants',
  'isolation-mutants',
  'attack-mutants',
];

/** The kept reports. */
export function readData(): Data {
  return Object.assign({}, ...NAMES.map((name) => read(name)));
}

function read(name: ReportName): Data {
  const file = join(KEPT, `${name}.json`);
  return existsSync(file) ? JSON.parse(`{"${name}":${readFileSync(file, 'utf8')}}`) : {};
}

/**
 * A new report, as the suite wrote it; `undefined` when there is none, or only one of a part of the suite, or of less than it
 * promises. Of fewer defects the tables tell how many.
 */
export function newReport(name: ReportName): string | undefined {
  const file = join(REPORTS, `${name}.json`);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const { whole }: { whole?: boolean } = JSON.parse(text);
  return whole === true || name.endsWith('-mutants') ? text : undefined;
}
