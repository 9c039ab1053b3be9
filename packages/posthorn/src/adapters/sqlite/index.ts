// The embedded store.
import { closeFile, openFile } from './file.ts';

export { DATABASE_FILE } from './file.ts';
export { inspectSqlite, readResting } from './inspect.ts';
export { openSqliteStore } from './store.ts';

/**
 * Brings the database of a data folder to this program's version, without starting anything.
 * @returns the versions before and after
 * @throws StoreRefused, `in_use` while a process uses it
 */
export async function migrateSqlite(directory: string): Promise<{ from: number; to: number }> {
  const { db, migrated } = openFile(directory);
  closeFile(db, directory);
  return migrated;
}
