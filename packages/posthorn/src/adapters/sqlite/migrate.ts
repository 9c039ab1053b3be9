// The schema's history: numbered SQL files, applied once each, in one transaction. The number of the last one is kept in
// the file's `user_version`; `application_id` tells that the file is Posthorn's.
import { readdirSync, readFileSync } from 'node:fs';
import { reservedTenant, StoreRefused } from '../../seams/store/index.ts';
import type { Connection } from './connection.ts';
import { inTransaction } from './transaction.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** "PHRN" in ASCII. */
export const APPLICATION_ID = 0x5048524e;

const VERSION = `select user_version as version from pragma_user_version`;
const APPLICATION = `select application_id as id from pragma_application_id`;
const RESERVED = `select id from tenant where substr(id, 1, 1) = '_' and deleted_at is null order by id limit 1`;
const TABLES = `select count(*) as count from sqlite_schema`;

/**
 * Brings the database to this program's version.
 * @returns the versions before and after
 * @throws StoreRefused as `checkVersion`
 */
export function migrate(db: Connection): { from: number; to: number } {
  const from = checkVersion(db);
  const files = migrationFiles();
  const to = files.length;
  if (from === to) return { from, to };
  if (from > 0) refuseReserved(db);
  inTransaction(db, () => {
    for (const name of files.slice(from)) db.exec(readFileSync(new URL(name, FOLDER), 'utf8'));
    db.exec(`pragma user_version = ${to}`);
    db.exec(`pragma application_id = ${APPLICATION_ID}`);
  });
  return { from, to };
}

/**
 * The schema version of the database; 0 when it is empty.
 * @throws StoreRefused `newer` or `not_a_database`
 */
export function checkVersion(db: Connection): number {
  const version = db.get<{ version: number }>(VERSION)?.version ?? 0;
  const known = knownVersion();
  checkOrigin(db);
  if (version <= known) return version;
  throw new StoreRefused(
    'newer',
    `The database was written by a newer Posthorn (its version is ${version}, this program knows up to ${known}). Start that Posthorn again, or restore the backup made before it.`,
  );
}

/** A tenant that an application called as one of our own. @throws StoreRefused */
function refuseReserved(db: Connection): void {
  const id = db.get<{ id: string }>(RESERVED)?.id;
  if (id !== undefined) throw new StoreRefused('reserved_tenant', reservedTenant(id));
}

/** The version that this program brings databases to. */
export function knownVersion(): number {
  return migrationFiles().length;
}

function migrationFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

function checkOrigin(db: Connection): void {
  const id = db.get<{ id: number }>(APPLICATION)?.id ?? 0;
  const isEmpty = id === 0 && (db.get<{ count: number }>(TABLES)?.count ?? 0) === 0;
  if (isEmpty || id === APPLICATION_ID) return;
  throw new StoreRefused(
    'not_a_database',
    'The database belongs to another program. Move it away, or name another data folder.',
  );
}
