// The production statements on a database in memory, in the caller's thread: for simulations and tests.
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../../seams/store/index.ts';
import { perform } from './calls.ts';
import { callsAsStore } from './calls-as-store.ts';
import { Connection } from './connection.ts';
import { migrate } from './migrate.ts';
import { inTransaction } from './transaction.ts';

/** An empty store that is gone with the object. Every call takes effect at once, before its promise resolves. */
export function createMemoryStore(): Store {
  const db = new Connection(new DatabaseSync(':memory:'));
  migrate(db);
  return {
    ...callsAsStore(async (name, ...args) => inTransaction(db, () => perform(db, name, args))),
    close: async () => db.close(),
  };
}
