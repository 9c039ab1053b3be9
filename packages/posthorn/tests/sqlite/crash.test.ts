// A process that is killed while it writes loses nothing that it had confirmed.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { EventId, OwnerId } from '../../src/domain/ids.ts';
import { newId, STEADY, tenantId } from '../store-contract/makers.ts';
import { databaseFile, dataFolder, open, Writer } from './folder.ts';

/** Confirmed events before each kill. Uneven, so that kills fall at different moments of a transaction. */
const CONFIRMED_BEFORE_KILL = [1, 137, 900];

describe('a writer killed at any moment', () => {
  for (const count of CONFIRMED_BEFORE_KILL) {
    it(`leaves every confirmed event behind, here after ${count}`, async (test) => {
      const directory = dataFolder(test);
      const writer = new Writer(test, directory);
      assert.equal(await writer.line(), 'open');
      const confirmed: string[] = [];
      while (confirmed.length < count) confirmed.push(await writer.line());
      confirmed.push(...(await writer.kill()));
      // The last line may have been cut off with the process.
      const whole = confirmed.filter((line) => line.length === 36);

      const store = await open(directory);
      for (const id of whole) assert.ok(await store.event(tenantId('acme'), id as EventId), `${id} was confirmed`);
      const heir = newId<OwnerId>();
      await store.join(heir);
      const others = (await store.beat(heir, STEADY)) ?? [];
      for (const dead of others) await store.takeOver(heir, dead, STEADY);
      const stored = (await store.deliveries(tenantId('acme'), {}, { limit: 1_000_000, after: null })).items;
      const claim = await store.claimDue(heir, STEADY, 1_000_000);
      assert.equal(claim.deliveries.length, stored.length, 'everything accepted can be delivered');
      assert.ok(stored.length >= whole.length);
      await store.close();

      const db = new DatabaseSync(databaseFile(directory));
      assert.deepEqual({ ...db.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' });
      db.close();
    });
  }
});
