// The store's specification: what seams/store promises, as tests that every store must pass. A theme per file.
import { describe } from 'node:test';
import { acceptContract } from './accept.ts';
import { contractIt, type Extent, type MakeStore } from './bench.ts';
import { claimContract } from './claim.ts';
import { clockContract } from './clock.ts';
import { eraseContract } from './erase.ts';
import { findContract } from './find.ts';
import { historyContract } from './history.ts';
import { idempotencyContract } from './idempotency.ts';
import { leasesContract } from './leases.ts';
import { lifecycleContract } from './lifecycle.ts';
import { ownRetentionContract } from './own-retention.ts';
import { pendingContract } from './pending.ts';
import { randomContract } from './random.ts';
import { recordContract } from './record.ts';
import { registryContract } from './registry.ts';
import { releaseContract } from './release.ts';
import { replaysContract } from './replays.ts';
import { retentionContract } from './retention.ts';
import { retryContract } from './retry.ts';
import { sessionsContract } from './sessions.ts';
import { talliesContract } from './tallies.ts';
import { versionsContract } from './versions.ts';

const THEMES = [
  registryContract,
  acceptContract,
  claimContract,
  recordContract,
  retryContract,
  releaseContract,
  leasesContract,
  clockContract,
  historyContract,
  findContract,
  eraseContract,
  pendingContract,
  talliesContract,
  sessionsContract,
  idempotencyContract,
  retentionContract,
  ownRetentionContract,
  replaysContract,
  versionsContract,
  lifecycleContract,
  randomContract,
];

/**
 * Declares the contract's tests for one store.
 * @param makeStore makes an empty database, one per test
 */
export function storeContract(name: string, makeStore: MakeStore, extent: Extent = 'all'): void {
  // Several databases at a time: most of a test is waiting for a disk or a server.
  describe(`the ${name} store`, { concurrency: 4 }, () => {
    for (const declare of THEMES) declare(contractIt(makeStore, extent));
  });
}
