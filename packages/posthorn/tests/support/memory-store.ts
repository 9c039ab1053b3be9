// The production statements on a database in memory, in the caller's thread: for simulations and tests.
import { DatabaseSync } from 'node:sqlite';
import { perform } from '../../src/adapters/sqlite/calls.ts';
import { callsAsStore } from '../../src/adapters/sqlite/calls-as-store.ts';
import { Connection } from '../../src/adapters/sqlite/connection.ts';
import { migrate } from '../../src/adapters/sqlite/migrate.ts';
import { inTransaction } from '../../src/adapters/sqlite/transaction.ts';
import type { Store } from '../../src/seams/store/index.ts';

/** An empty store that is gone with the object. Every call takes effect at once, before its promise resolves. */
export function createMemoryStore(): Store {
  const db = new Connection(new DatabaseSync(':memory:'));
  migrate(db);
  return {
    ...callsAsStore(async (name, ...args) => inTransaction(db, () => perform(db, name, args))),
    close: async () => db.close(),
  };
}
