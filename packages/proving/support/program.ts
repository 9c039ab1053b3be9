// The program under test: a copy of the build, so that nobody's next build changes it under a running suite, and so that a
// mutant can be made of it.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../posthorn/', import.meta.url));
const WORKSPACE = join(PACKAGE, '../..');

/** One place in the build that is made wrong. */
export interface Edit {
  /** Inside `dist`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Program {
  /** The command's script. */
  readonly command: string;
}

/**
 * Copies the build.
 * @param edits what is made wrong in the copy
 * @throws when there is no build, or when the text of an edit is not there exactly once: the code has moved on
 */
export function copyProgram(folder: string, edits: readonly Edit[] = []): Program {
  if (!existsSync(join(PACKAGE, 'dist'))) throw new Error('There is no build to test: run `npm run build` first.');
  const copy = join(folder, 'posthorn');
  mkdirSync(copy, { recursive: true });
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(PACKAGE, part), join(copy, part), { recursive: true });
  // Packages are looked for beside the copy as they are beside the original: first in its own folder, then in the workspace's.
  symlinkSync(join(WORKSPACE, 'node_modules'), join(folder, 'node_modules'));
  const own = join(PACKAGE, 'node_modules');
  if (existsSync(own)) symlinkSync(own, join(copy, 'node_modules'));
  for (const edit of edits) apply(copy, edit);
  return { command: join(copy, 'bin', 'posthorn.js') };
}

/** How many places of the build an edit would change: one, or the code has moved on. */
export function placesOf({ file, from }: Edit, dist = join(PACKAGE, 'dist')): number {
  return readFileSync(join(dist, file), 'utf8').split(from).length - 1;
}

function apply(copy: string, edit: Edit): void {
  const { file, from, to } = edit;
  const dist = join(copy, 'dist');
  const path = join(dist, file);
  const text = readFileSync(path, 'utf8');
  const found = placesOf(edit, dist);
  if (found !== 1) {
    throw new Error(`A mutant cannot be made: dist/${file} has ${found} places instead of one that read\n${from}`);
  }
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
