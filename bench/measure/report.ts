// The report: tables for the terminal, JSON for whatever comes after.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { columns, padLeft } from '../../packages/posthorn/src/apps/terminal/columns.ts';
import type { Extent, Outcome } from '../scenarios/scenario.ts';
import type { Check } from './checks.ts';
import type { Machine } from './machine.ts';
import type { Row } from './rounds.ts';

export interface Ran {
  readonly name: string;
  readonly promise: string;
  readonly seconds: number;
  readonly outcome: Outcome;
}

const FIGURES = 3;

/** A number as people read it; a dash where there is none. */
export function figure(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(FIGURES));
  return rounded.toLocaleString('en', { maximumFractionDigits: 3 });
}

/** Rows with their spread, and what they cost. */
export const tableOf = ({ unit, rows }: Outcome): string[] => rightAligned(cellsOf(unit, rows));

/** The order of the columns that tell who spent how much CPU time. */
const SPENDERS = ['loop', 'storage', 'helpers', 'database', 'receiver', 'producer'];

/** A table's cells, its head first. */
export function cellsOf(unit: string, rows: readonly Omit<Row, 'rounds'>[]): string[][] {
  const cpu = SPENDERS.filter((name) => rows.some(({ cpuUs }) => cpuUs[name] !== undefined));
  const more = [...new Set(rows.flatMap((row) => Object.keys(row.more)))];
  const head = ['', unit, 'least – most', ...cpu.map((name) => `${name} µs`), ...more];
  const cells = rows.map((row) => [
    row.variant,
    figure(row.median),
    row.least === row.most ? '' : `${figure(row.least)} – ${figure(row.most)}`,
    ...cpu.map((name) => figure(row.cpuUs[name])),
    ...more.map((name) => figure(row.more[name])),
  ]);
  return [head, ...cells];
}

export function checkLine({ promise, wants, target, unit, median, least, most, holds }: Check): string {
  const sign = wants === 'at least' ? '≥' : '≤';
  const measured = `${figure(median)}${unit} (${figure(least)} – ${figure(most)})`;
  return `${holds ? 'holds ' : 'MISSED'}  ${promise}: ${measured}, target ${sign} ${figure(target)}${unit}`;
}

export function writeReport(file: string, extent: Extent, machine: Machine, ran: readonly Ran[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const report = { madeAt: new Date().toISOString(), extent, machine, scenarios: ran };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

function rightAligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return columns(
    rows.map((row) => row.map((cell, column) => (column === 0 ? cell : padLeft(cell, widths[column] ?? 0)))),
  );
}
