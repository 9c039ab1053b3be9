// Figures of a suite, as a file from which the documentation takes them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';

/** @param file relative to the working directory, which npm makes the repository's root */
export function writeReport(file: string, figures: object): void {
  mkdirSync(dirname(file), { recursive: true });
  const made = { madeAt: new Date().toISOString(), node: process.version, cores: availableParallelism() };
  writeFileSync(file, `${JSON.stringify({ ...made, ...figures }, null, 2)}\n`);
}
