// The database file in its folder: opened by one process at a time, durable, refused with a sentence when it cannot be used.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreRefused } from '../../seams/store/index.ts';
import { Connection } from './connection.ts';
import { isBusy, isFull, isNoDatabase, isReadOnly } from './errors.ts';
import { checkVersion, migrate } from './migrate.ts';
import { sweepStep } from './sweep.ts';
import { inTransaction } from './transaction.ts';

export const DATABASE_FILE = 'posthorn.db';
/** Tells people which process holds the lock; the lock itself is the system's, and ends with the process. */
export const PID_FILE = 'posthorn.pid';

/**
 * Pages kept in memory, in KiB: indexes of millions of finished deliveries grow at places all over. Not more, because
 * SQLite walks through all of them at the end of most transactions (150 µs for 64 MiB).
 */
const CACHE_KIB = 16_384;
/** The write-ahead log goes back to the database after this many pages (16 MiB): fewer, larger checkpoints cost less. */
const CHECKPOINT_PAGES = 4_096;
/** Disk space that the log may keep after it has been large. */
const LOG_LIMIT_BYTES = 67_108_864;

/**
 * Opens the database of a data folder, creating it if there is none, and brings it to this program's version. The lock on
 * it is held until it is closed or the process ends, however it ends.
 * @throws StoreRefused; the file is then as it was
 */
export function openFile(directory: string): { db: Connection; migrated: { from: number; to: number } } {
  const path = join(directory, DATABASE_FILE);
  prepareFile(directory, path);
  const db = new Connection(connect(path));
  try {
    lock(db, directory);
    checkVersion(db);
    db.exec(`
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma cache_size = -${CACHE_KIB};
      pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};
      pragma journal_size_limit = ${LOG_LIMIT_BYTES};
      pragma secure_delete = on;
      pragma temp_store = memory;`);
    const migrated = migrate(db);
    notePid(directory);
    // Finish sweeps that a crash had left half done.
    while (inTransaction(db, () => sweepStep(db)));
    return { db, migrated };
  } catch (error) {
    db.close();
    throw asRefusal(error, path);
  }
}

/** Closes the database and gives up the lock. */
export function closeFile(db: Connection, directory: string): void {
  // First, while nobody else can have written it.
  rmSync(join(directory, PID_FILE), { force: true });
  db.close();
}

/** Creates the file for its owner only: it holds payloads. An existing one is not touched: closing it would end its locks. */
function prepareFile(directory: string, path: string): void {
  try {
    if (!statSync(directory).isDirectory())
      throw new StoreRefused('unreachable', `${directory} is a file. Name a folder for the data.`);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    else createFile(directory, path);
  } catch (error) {
    if (error instanceof StoreRefused) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'EEXIST') return;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new StoreRefused('unreachable', `There is no data folder ${directory}. Create it, or name another one.`);
    }
    if (code === 'ENOSPC') {
      throw new StoreRefused('unreachable', `The disk with the data folder ${directory} is full. Free some space.`);
    }
    throw new StoreRefused(
      'read_only',
      `The data folder ${directory} cannot be written to (${code}). Make it and the files in it writable for the user who starts Posthorn, or name another data folder.`,
    );
  }
}

/** A file that was just made is on disk only once the folder that names it is. */
function createFile(directory: string, path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
  for (const folder of [directory, dirname(resolve(directory))]) {
    try {
      const handle = openSync(folder, 'r');
      fsyncSync(handle);
      closeSync(handle);
    } catch {
      // Not every system lets a folder be opened; there the first commit is as durable as the system makes it.
    }
  }
}

function connect(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: false });
  } catch (error) {
    throw asRefusal(error, path);
  }
}

/** In exclusive mode a lock once taken is kept, and the log's index is in memory: nobody else can read or write the file. */
function lock(db: Connection, directory: string): void {
  try {
    db.exec('pragma locking_mode = exclusive; begin exclusive; commit');
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new StoreRefused(
      'in_use',
      `The data folder ${directory} is in use by ${holder(directory)}. Stop that one, or name another data folder.`,
    );
  }
}

function holder(directory: string): string {
  try {
    const pid = Number(readFileSync(join(directory, PID_FILE), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? `process ${pid}` : 'another process';
  } catch {
    return 'another process';
  }
}

function notePid(directory: string): void {
  try {
    writeFileSync(join(directory, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // Only informative: a full disk is told by the first call that writes.
  }
}

function asRefusal(error: unknown, path: string): unknown {
  if (error instanceof StoreRefused) return error;
  const cause = { cause: error };
  if (isNoDatabase(error)) {
    return new StoreRefused(
      'not_a_database',
      `${path} is not a database, or it is damaged. Restore it from a backup, or move it away to start with an empty one.`,
      cause,
    );
  }
  if (isReadOnly(error)) {
    return new StoreRefused(
      'read_only',
      `${path} cannot be written to. Make it writable for the user who starts Posthorn.`,
      cause,
    );
  }
  if (isFull(error)) {
    return new StoreRefused('unreachable', `The disk with ${path} is full. Free some space and start again.`, cause);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreRefused('unreachable', `${path} cannot be opened (${reason}). Check the disk and the folder.`, cause);
}
