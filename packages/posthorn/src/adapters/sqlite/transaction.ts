// Transactions, and savepoints within one: what throws leaves nothing behind.
import type { Connection } from './connection.ts';

/** Runs `work` in a transaction of its own. When this returns, its changes are on disk; when it throws, there are none. */
export function inTransaction<Result>(db: Connection, work: () => Result): Result {
  db.exec('begin');
  try {
    const result = work();
    db.exec('commit');
    return result;
  } catch (error) {
    db.forget();
    // After a full disk or an I/O error the transaction is gone already; a rollback would hide the cause.
    if (db.inTransaction) db.exec('rollback');
    throw error;
  }
}

/** Runs `work` inside the open transaction; when it throws, its own changes are undone and the transaction goes on. */
export function inSavepoint<Result>(db: Connection, work: () => Result): Result {
  db.exec('savepoint one_call');
  try {
    const result = work();
    db.exec('release one_call');
    return result;
  } catch (error) {
    db.forget();
    if (db.inTransaction) {
      db.exec('rollback to one_call');
      db.exec('release one_call');
    }
    throw error;
  }
}
