// Several calls in one transaction: they share one write to the disk, and each stands or falls alone.
import { StoreRefused, StoreUnavailable } from '../../seams/store/index.ts';
import { type Answer, type Args, type CallName, perform } from './calls.ts';
import type { Connection } from './connection.ts';
import { asStoreError, leavesDoubt } from './errors.ts';
import { inSavepoint, inTransaction } from './transaction.ts';

export interface Request {
  readonly name: CallName;
  readonly args: Args<CallName>;
}

export type Reply =
  | { readonly ok: true; readonly value: Answer<CallName> }
  | { readonly ok: false; readonly error: unknown };

export class Database {
  readonly #open: () => Connection;
  #db: Connection | undefined;

  /** @param open opens the database; called again after an error that leaves doubt about what is on disk */
  constructor(open: () => Connection) {
    this.#open = open;
    this.#db = open();
  }

  /**
   * Makes the calls in their order, in one transaction. When this returns, what is answered with `ok` is on disk.
   * @throws StoreRefused `in_use` when the file had to be opened anew and now belongs to another process: there is no way on
   */
  run(requests: readonly Request[]): Reply[] {
    let db: Connection;
    try {
      this.#db ??= this.#open();
      db = this.#db;
    } catch (error) {
      if (error instanceof StoreRefused && error.code === 'in_use') throw error;
      return requests.map(() => failed(error));
    }
    try {
      const replies = inTransaction(db, () => requests.map((request) => runOne(db, request, requests.length > 1)));
      // Erased bytes are still in the log, because they were written there first.
      if (requests.some(({ name }) => name === 'eraseEvent')) db.exec('pragma wal_checkpoint(truncate)');
      return replies;
    } catch (error) {
      if (leavesDoubt(error)) this.#drop(db);
      return requests.map(() => failed(error));
    }
  }

  /** @param close gives the open connection up; not called when there is none */
  close(close: (db: Connection) => void): void {
    if (this.#db !== undefined) close(this.#db);
    this.#db = undefined;
  }

  #drop(db: Connection): void {
    this.#db = undefined;
    try {
      db.close();
    } catch {
      // It is given up either way.
    }
  }
}

function runOne(db: Connection, { name, args }: Request, shared: boolean): Reply {
  if (!shared) return { ok: true, value: perform(db, name, args) };
  try {
    return { ok: true, value: inSavepoint(db, () => perform(db, name, args)) };
  } catch (error) {
    // The transaction is gone, and with it what the other calls had done.
    if (!db.inTransaction || leavesDoubt(error)) throw error;
    return failed(error);
  }
}

function failed(error: unknown): Reply {
  if (error instanceof StoreRefused) return { ok: false, error: new StoreUnavailable('unreachable', error.message) };
  return { ok: false, error: asStoreError(error) };
}
