// Opening and closing: nothing that was answered is lost, nothing that was asked is forgotten.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type ContractIt, eventFor } from './bench.ts';
import { newEvent } from './makers.ts';

export function lifecycleContract(it: ContractIt): void {
  describe('opening and closing', () => {
    it('answers a ping', async ({ store }) => {
      await store.ping();
      assert.match(store.kind, /^[a-z]+$/);
    });

    it.onDisk('finishes calls that are under way before it closes', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const revision = await bench.revision(tenant);
      const events = Array.from({ length: 20 }, () => eventFor(newEvent(tenant), [endpoint]));
      const calls = events.map((one) => bench.store.accept(owner, [{ tenantId: tenant, revision, events: [one] }]));
      await bench.close();
      const results = (await Promise.all(calls)).flat();
      assert.ok(results.every(({ kind }) => kind === 'accepted'));
      const store = await bench.open();
      assert.equal((await store.events(tenant, {}, { limit: 100, after: null })).items.length, 20);
    });

    it.onDisk('opens an existing database again and again', async (bench) => {
      const tenant = await bench.tenant();
      for (let round = 0; round < 3; round++) {
        const store = await bench.reopen();
        assert.equal((await store.tenant(tenant))?.id, tenant);
      }
    });
  });
}
