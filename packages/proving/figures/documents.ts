// The documents that have figures in them, and what they say then.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Data, WORKSPACE } from './data.ts';
import { fill } from './markdown.ts';
import { blocksOf } from './tables.ts';

interface Document {
  readonly file: string;
  /** The places that it has; left out, there is one for every block. */
  readonly places?: readonly string[];
}

export const DOCUMENTS: readonly Document[] = [
  { file: join(WORKSPACE, 'docs/reliability.md') },
  { file: join(WORKSPACE, 'README.md'), places: ['summary'] },
];

/** The document with its figures as they are in the reports. */
export function filled({ file, places }: Document, data: Data): string {
  const blocks = [...blocksOf(data)].filter(([name]) => places === undefined || places.includes(name));
  return fill(readFileSync(file, 'utf8'), new Map(blocks));
}
