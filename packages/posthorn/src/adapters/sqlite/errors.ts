// SQLite's errors as what a person can do about them, and errors of any kind as they cross from thread to thread.
import { StoreRefused, StoreUnavailable } from '../../seams/store/index.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const SQLITE = { busy: 5, locked: 6, readonly: 8, ioerr: 10, corrupt: 11, full: 13, cantopen: 14, notadb: 26 } as const;

/** SQLite's primary result code; `undefined` for an error of another kind. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE.busy || code === SQLITE.locked;
}

export function isNoDatabase(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE.notadb || code === SQLITE.corrupt;
}

export function isFull(error: unknown): boolean {
  return resultCode(error) === SQLITE.full;
}

export function isReadOnly(error: unknown): boolean {
  return resultCode(error) === SQLITE.readonly;
}

/**
 * Whether what SQLite holds in memory can no longer be trusted to be what is on disk. After a failed fsync the system may
 * have dropped the pages; only reading the file anew tells.
 */
export function leavesDoubt(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE.ioerr || code === SQLITE.cantopen || isNoDatabase(error);
}

/** A SQLite error as the store's caller meets it; any other error as it is. */
export function asStoreError(error: unknown): unknown {
  const cause = error instanceof Error ? error.message : '';
  switch (resultCode(error)) {
    case SQLITE.full:
      return unavailable(
        'disk_full',
        'The disk with the data folder is full: free some space. Nothing stored is lost.',
      );
    case SQLITE.readonly:
      return unavailable(
        'read_only',
        'The data folder cannot be written to: make it writable for the user of Posthorn.',
      );
    case SQLITE.busy:
    case SQLITE.locked:
      return unavailable('busy', 'The database is locked by another program: close whatever has opened it.');
    case SQLITE.ioerr:
    case SQLITE.cantopen:
      return unavailable('unreachable', `The disk with the data folder reports an error (${cause}): check the disk.`);
    case SQLITE.corrupt:
    case SQLITE.notadb:
      return unavailable('unreachable', `The database file is damaged (${cause}): restore it from a backup.`);
    default:
      return error;
  }

  function unavailable(code: StoreUnavailable['code'], message: string): StoreUnavailable {
    return new StoreUnavailable(code, message, { cause: error });
  }
}

/** An error as plain data: cloning an object of a class between threads loses its class. */
export type ErrorFacts =
  | { readonly kind: 'unavailable'; readonly code: StoreUnavailable['code']; readonly message: string }
  | { readonly kind: 'refused'; readonly code: StoreRefused['code']; readonly message: string }
  | { readonly kind: 'defect'; readonly message: string; readonly stack: string };

export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof StoreUnavailable) return { kind: 'unavailable', code: error.code, message: error.message };
  if (error instanceof StoreRefused) return { kind: 'refused', code: error.code, message: error.message };
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'defect', message, stack };
}

export function errorOf(facts: ErrorFacts): Error {
  if (facts.kind === 'unavailable') return new StoreUnavailable(facts.code, facts.message);
  if (facts.kind === 'refused') return new StoreRefused(facts.code, facts.message);
  const error = new Error(facts.message);
  error.stack = facts.stack;
  return error;
}
