// The embedded store keeps the store contract, on disk and in memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts';
import { createMemoryStore } from '../../src/adapters/sqlite/memory.ts';
import { storeContract } from './suite.ts';

// Every test starts a storage thread; without a cache each would compile the same thirty files again.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'posthorn-compile-cache');

storeContract('sqlite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'posthorn-contract-'));
  return {
    open: () =>
      openSqliteStore({
        directory,
        onDeath: (error) => {
          throw error;
        },
      }),
    dispose: async () => rmSync(directory, { recursive: true }),
  };
});

storeContract('sqlite in memory', async () => {
  const store = createMemoryStore();
  return { open: async () => ({ ...store, close: async () => {} }), dispose: () => store.close() };
});
