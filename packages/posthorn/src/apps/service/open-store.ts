// The store that the settings name: opened for the service, or brought to this program's version.
import { mkdirSync } from 'node:fs';
import type { Store } from '../../seams/store/index.ts';
import { SettingsError } from '../settings/read.ts';
import type { Settings } from '../settings/table.ts';
import { trustedBesides } from './extra-ca.ts';

type StoreSettings = Pick<Settings, 'databaseUrl' | 'data'>;

// Each adapter is loaded only where it is used: nobody waits for the driver of a database they do not have.

/**
 * @param extraCa PEM texts of authorities to trust besides the system's
 * @param onDeath called when the store dies while it is in use
 * @throws StoreRefused when it cannot be used, and trying again will not help
 */
export async function openStore(
  { databaseUrl, data }: StoreSettings,
  extraCa: readonly string[],
  onDeath: (error: Error) => void,
): Promise<Store> {
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import('../../adapters/postgres/index.ts');
    return await openPostgresStore({ url: databaseUrl, extraCa });
  }
  makeDataFolder(data);
  const { openSqliteStore } = await import('../../adapters/sqlite/index.ts');
  return await openSqliteStore({ directory: data, onDeath });
}

/**
 * @returns the versions before and after
 * @throws StoreRefused when it is newer than this program, in use, or not ours; SettingsError for authorities that are none
 */
export async function migrateStore({
  databaseUrl,
  data,
  extraCa,
}: StoreSettings & Pick<Settings, 'extraCa'>): Promise<{ from: number; to: number }> {
  if (databaseUrl !== undefined) {
    const { migratePostgres } = await import('../../adapters/postgres/index.ts');
    return await migratePostgres(databaseUrl, trustedBesides(extraCa));
  }
  makeDataFolder(data);
  const { migrateSqlite } = await import('../../adapters/sqlite/index.ts');
  return await migrateSqlite(data);
}

/** Makes the folder if it is missing, for its owner only: it will hold payloads and the encryption key. */
function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SettingsError([
      `the data folder ${JSON.stringify(folder)} cannot be made (${code}): name another with --data or POSTHORN_DATA`,
    ]);
  }
}
