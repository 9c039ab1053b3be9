// The folder that holds everything of a Posthorn without Postgres.
import { mkdirSync } from 'node:fs';
import { SettingsError } from '../settings/read.ts';

/** Makes the folder if it is missing, for its owner only: it will hold payloads and the encryption key. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SettingsError([
      `the data folder ${JSON.stringify(folder)} cannot be made (${code}): name another with --data or POSTHORN_DATA`,
    ]);
  }
}
