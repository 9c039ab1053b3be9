// The Postgres store keeps the store contract.
import { after } from 'node:test';
import { openPostgresStore } from '../../src/adapters/postgres/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { storeContract } from './suite.ts';

/** Emptied after each test and used again: to create a database takes longer than most tests. */
const idle: TestDatabase[] = [];

storeContract('postgres', async () => {
  const database = idle.pop() ?? (await createTestDatabase());
  return {
    open: () => openPostgresStore({ url: database.url }),
    async dispose() {
      await database.empty();
      idle.push(database);
    },
  };
});

after(async () => {
  for (const database of idle) await database.drop();
});
