// Facts about a data folder's database, read from outside with not a byte of it changed: no lock is taken, nothing is
// recovered, no file is made. While a service runs, only what needs no reading of tables.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { Connection } from './connection.ts';
import { DATABASE_FILE, PID_FILE } from './file.ts';
import { holderOf } from './lock-holder.ts';
import { APPLICATION_ID, knownVersion } from './migrate.ts';

/** The file's header (sqlite.org/fileformat2.html, 1.3). */
const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

export interface SqliteInspection {
  readonly bytes: number;
  /** Of the write-ahead log; 0 when there is none. */
  readonly logBytes: number;
  /** The process that uses it now. */
  readonly holder: number | undefined;
  /** Of the schema, as the file itself has it; `undefined` when the file is not Posthorn's. */
  readonly version: number | undefined;
  /** Of this program. */
  readonly known: number;
}

/** @returns `undefined` when there is no database yet @throws the system's error when it cannot be read */
export function inspectSqlite(directory: string): SqliteInspection | undefined {
  const path = join(directory, DATABASE_FILE);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return {
    bytes: stats.size,
    logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    holder: holderOf(path, notedPid(directory)),
    version: versionOf(path),
    known: knownVersion(),
  };
}

export interface RestingFacts {
  /** The value kept under the name; `undefined` also when the file lacks it because the log still holds it. */
  readonly kept: Uint8Array | undefined;
  /** The latest steady time that a process told, in milliseconds; 0 when none has. */
  readonly latestMs: number;
}

/** Reads from a database that nobody uses. @param name of a kept value */
export function readResting(directory: string, name: string): RestingFacts {
  const url = pathToFileURL(join(directory, DATABASE_FILE));
  // Neither locked nor changed, not even for a log to be read.
  url.searchParams.set('immutable', '1');
  const db = new Connection(new DatabaseSync(url, { readOnly: true }));
  try {
    const tables = db.get<{ count: number }>(
      `select count(*) as count from sqlite_schema where name in ('kept', 'counter')`,
    );
    if (tables?.count !== 2) return { kept: undefined, latestMs: 0 };
    return {
      kept: db.get<{ value: Uint8Array }>('select value from kept where name = ?', name)?.value,
      latestMs: db.get<{ value: number }>(`select value from counter where name = 'steady'`)?.value ?? 0,
    };
  } finally {
    db.close();
  }
}

function notedPid(directory: string): number | undefined {
  const path = join(directory, PID_FILE);
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function versionOf(path: string): number | undefined {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    // Made and not written to yet: the first start was cut short.
    if (readSync(file, header) === 0) return 0;
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const version = header.readUInt32BE(USER_VERSION_AT);
  return version === 0 || header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID ? version : undefined;
}
