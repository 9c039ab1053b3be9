// The embedded store keeps the store contract: all of it in memory, and on disk what proves more there. With
// POSTHORN_TEST_ALL everything runs on disk, too, as it does before a change lands.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import type { Extent, MakeStore } from './bench.ts';
import { storeContract } from './suite.ts';

// Every test starts a storage thread; without a cache each would compile the same thirty files again.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'posthorn-compile-cache');

const ON_DISK: Extent = process.env['POSTHORN_TEST_ALL'] === undefined ? 'on disk' : 'all';

const makeOnDisk: MakeStore = async () => {
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
};

storeContract('sqlite', makeOnDisk, ON_DISK);

storeContract('sqlite in memory', async () => {
  const store = createMemoryStore();
  return { open: async () => ({ ...store, close: async () => {} }), dispose: () => store.close() };
});
