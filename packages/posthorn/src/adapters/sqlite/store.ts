// The embedded store as the service uses it: the database is in a thread of its own, so that a write to the disk never holds
// up the event loop.
import { Worker } from 'node:worker_threads';
import type { Store } from '../../seams/store/index.ts';
import { callsAsStore } from './calls-as-store.ts';
import { StorageThread } from './storage-thread.ts';

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export interface SqliteOptions {
  /** The data folder. It must exist; the files in it are made. */
  readonly directory: string;
  /** Called at most once, when the storage thread ends by itself: the store is of no use any more, the process should end. */
  readonly onDeath: (error: Error) => void;
}

/**
 * Opens the database of a data folder, creating it and bringing it to this program's version if need be. As long as it is
 * open no other process can open it.
 * @throws StoreRefused with a sentence that says how to go on
 */
export async function openSqliteStore({ directory, onDeath }: SqliteOptions): Promise<Store> {
  const thread = new StorageThread(
    new Worker(WORKER, { name: 'posthorn-storage', workerData: { directory } }),
    onDeath,
  );
  await thread.opened;
  return {
    ...callsAsStore((name, ...args) => thread.call(name, args)),
    close: () => thread.close(),
  };
}
