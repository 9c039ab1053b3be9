// Tables for people who read the source, too: columns are aligned.
import { pad, padLeft, width } from '../../packages/posthorn/src/apps/terminal/columns.ts';

/** A table whose first column stands left, all others right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(3, width(name), ...rows.map((row) => width(row[column] ?? ''))));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((places, column) => (column === 0 ? pad : padLeft)(cells[column] ?? '', places)).join(' | ')} |`;
  const rule = `| ${widths.map((places, column) => (column === 0 ? '-'.repeat(places) : `${'-'.repeat(places - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
