// Finds the settings file: the one that was named, or posthorn.json in the working directory if there is one.
import { readFileSync } from 'node:fs';
import type { SettingsSources } from './read.ts';
import { SettingsError } from './read.ts';

const DEFAULT_FILE = 'posthorn.json';

/**
 * @param named from `--config` or `POSTHORN_CONFIG`; then it must exist
 * @throws SettingsError when it cannot be read
 */
export function settingsFile(named: string | undefined): SettingsSources['file'] {
  const path = named ?? DEFAULT_FILE;
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' && named === undefined) return undefined;
    throw new SettingsError([`the settings file ${JSON.stringify(path)} cannot be read (${code})`]);
  }
}
