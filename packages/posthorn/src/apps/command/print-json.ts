// One JSON document on standard output, laid out for reading.
import { inertJson } from '../terminal/inert.ts';
import type { Terminal } from '../terminal/terminal.ts';

export function printJson(value: unknown, { print }: Terminal): void {
  // The line breaks are the layout's: those inside texts are written as \n.
  for (const line of JSON.stringify(value, null, 2).split('\n')) print(inertJson(line));
}
