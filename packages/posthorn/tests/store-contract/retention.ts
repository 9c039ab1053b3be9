// Removing history: what is old and settled goes, in small steps; what is pending never does.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { WallMs } from '../../src/domain/time.ts';
import type { Store } from '../../src/seams/store/index.ts';
import { assertSame, type ContractIt, ids } from './bench.ts';
import { attemptOf, DONE, dueAgain, FAILED, later, STEADY, SUCCEEDED, tenantId, wallLater } from './makers.ts';

const DAY_MS = 86_400_000;
const CUT = wallLater(10 * DAY_MS);

export function retentionContract(it: ContractIt): void {
  describe('pruning', () => {
    it('removes old settled events with their deliveries and attempts, and keeps younger ones', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const old = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(1) });
      const young = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(20 * DAY_MS) });
      for (const one of [old, young]) {
        const moment = { startedAt: one.event.createdAt, endedAt: one.event.createdAt };
        await bench.record(owner, attemptOf(one, SUCCEEDED, DONE, moment));
      }
      assert.ok((await prune(bench.store, CUT)) >= 3);
      const page = { limit: 10, after: null };
      assert.deepEqual(ids(await bench.store.events(tenant, {}, page)), [young.event.id]);
      assert.deepEqual(ids(await bench.store.deliveries(tenant, {}, page)), [young.id]);
      assert.equal(await bench.store.event(tenant, old.event.id), undefined);
      assert.equal(await bench.store.delivery(tenant, old.id), undefined);
      assert.equal((await bench.delivery(tenant, young.id)).history.length, 1);
    });

    it('keeps what was created at the very moment', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: CUT });
      await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE));
      await prune(bench.store, CUT);
      assert.equal((await bench.delivery(tenant, delivery.id)).history.length, 1);
    });

    it('removes an event that had matched nobody', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { event } = await bench.accept(owner, [endpoint], 'backlog', { type: 'first' });
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(5));
      assert.ok((await prune(bench.store, CUT)) > 0);
      assert.equal(await bench.store.event(tenant, event.id), undefined);
    });

    it('never removes what is pending, wherever it waits, nor the event that it needs', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const leased = await bench.acceptOne(owner, endpoint);
      const waiting = await bench.acceptOne(owner, endpoint, 'backlog');
      const due = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(due, FAILED, dueAgain(later(5))));
      const held = await bench.acceptOne(owner, endpoint);
      const { deliveries, event } = await bench.accept(owner, [endpoint, await bench.endpoint(tenant)]);
      const [done, open] = deliveries;
      assert.ok(done !== undefined && open !== undefined);
      await bench.record(owner, attemptOf(done, SUCCEEDED, DONE));
      await bench.store.replaceEndpoint({ ...endpoint, enabled: false, version: 2 }, STEADY);
      await bench.store.release(owner, [{ id: held.id, to: 'held' }]);
      await prune(bench.store, CUT);
      for (const { id, event: needed } of [leased, waiting, due, held, open]) {
        assert.equal((await bench.delivery(tenant, id)).state, 'pending');
        assert.ok((await bench.store.event(tenant, needed.id)) !== undefined);
      }
      assert.equal((await bench.delivery(tenant, due.id)).history.length, 1);
      assert.ok((await bench.store.event(tenant, event.id))?.deliveries.some(({ id }) => id === open.id));
    });

    it('finds in a later round what was pending in an earlier one', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const late = await bench.acceptOne(owner, endpoint);
      const early = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(early, SUCCEEDED, DONE));
      assert.ok((await prune(bench.store, CUT)) > 0);
      await bench.record(owner, attemptOf(late, SUCCEEDED, DONE));
      assert.ok((await prune(bench.store, CUT)) > 0);
      assert.deepEqual(await bench.store.events(tenant, {}, { limit: 10, after: null }), []);
      assert.equal(await bench.store.prune(CUT, 100), 0);
    });

    it('finds also what was settled while it was under way', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const held = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(1) });
      for (let index = 0; index < 6; index++) {
        const one = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(10 + index) });
        await bench.record(owner, attemptOf(one, SUCCEEDED, DONE));
      }
      assert.ok((await bench.store.prune(CUT, 3)) > 0);
      await bench.record(owner, attemptOf(held, SUCCEEDED, DONE));
      await prune(bench.store, CUT, 3);
      assert.deepEqual(await bench.store.events(tenant, {}, { limit: 10, after: null }), []);
    });

    it('leaves in the list of its type what is still needed, and what is young', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const at = (ms: number) => ({ type: 'order.paid', createdAt: wallLater(ms) });
      const gone = await bench.acceptOne(owner, endpoint, 'leased', at(1));
      const needed = await bench.acceptOne(owner, endpoint, 'leased', at(2));
      const cut = wallLater(10 * DAY_MS + 500);
      const old = await bench.acceptOne(owner, endpoint, 'leased', at(10 * DAY_MS + 499));
      const young = await bench.acceptOne(owner, endpoint, 'leased', at(10 * DAY_MS + 501));
      for (const one of [gone, old, young]) await bench.record(owner, attemptOf(one, SUCCEEDED, DONE));
      await prune(bench.store, cut);
      const kept = await bench.store.events(tenant, {}, { limit: 10, after: null });
      const ofType = await bench.store.events(tenant, { eventType: 'order.paid' }, { limit: 10, after: null });
      assert.deepEqual(ofType, kept);
      assert.ok(ids(kept).includes(needed.event.id) && ids(kept).includes(young.event.id));
      assert.ok(!ids(kept).includes(gone.event.id));
    });

    it('goes in steps of about the limit, until nothing is left', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      for (let index = 0; index < 30; index++) {
        const one = await bench.acceptOne(owner, endpoint);
        await bench.record(owner, attemptOf(one, SUCCEEDED, DONE));
      }
      const first = await bench.store.prune(CUT, 9);
      assert.ok(first > 0 && first <= 18, `${first} rows in the first step`);
      assert.ok((await bench.store.events(tenant, {}, { limit: 100, after: null })).length > 0);
      await prune(bench.store, CUT, 9);
      assert.deepEqual(await bench.store.events(tenant, {}, { limit: 100, after: null }), []);
      assert.deepEqual(await bench.store.deliveries(tenant, {}, { limit: 100, after: null }), []);
    });

    it('takes an event with more deliveries than the limit apart, step by step', async (bench) => {
      const tenant = await bench.tenant();
      const owner = await bench.owner();
      const first = await bench.endpoint(tenant);
      const rest = [];
      for (let index = 0; index < 29; index++) rest.push(await bench.endpoint(tenant));
      const { deliveries, event } = await bench.accept(owner, [first, ...rest]);
      await bench.record(owner, ...deliveries.map((one) => attemptOf(one, SUCCEEDED, DONE)));
      const step = await bench.store.prune(CUT, 10);
      assert.ok(step > 0 && step <= 30, `${step} rows in the first step`);
      await bench.store.event(tenant, event.id);
      await prune(bench.store, CUT, 10);
      assert.equal(await bench.store.event(tenant, event.id), undefined);
      assert.deepEqual(await bench.store.deliveries(tenant, {}, { limit: 100, after: null }), []);
    });

    it('frees an event’s id', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const old = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(old, SUCCEEDED, DONE));
      await prune(bench.store, CUT);
      const again = await bench.acceptOne(owner, endpoint, 'backlog', { id: old.event.id, createdAt: wallLater(5) });
      assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), [again.id]);
    });

    it('removes everything of a deleted tenant, however young, and nothing of the new one of that id', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const old = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(20 * DAY_MS) });
      await bench.record(owner, attemptOf(old, SUCCEEDED, DONE));
      await bench.acceptOne(owner, endpoint, 'backlog', { createdAt: wallLater(20 * DAY_MS) });
      await bench.store.deleteTenant(tenant, wallLater(21 * DAY_MS));
      await bench.store.putTenant(tenant, undefined, wallLater(21 * DAY_MS));
      const fresh = await bench.endpoint(tenant);
      const kept = await bench.acceptOne(owner, fresh, 'leased', { createdAt: wallLater(21 * DAY_MS) });
      assert.ok((await prune(bench.store, CUT)) > 0);
      assert.equal(await bench.store.prune(CUT, 100), 0);
      assert.deepEqual(ids(await bench.store.deliveries(tenant, {}, { limit: 10, after: null })), [kept.id]);
      assert.deepEqual(await bench.record(owner, attemptOf(kept, SUCCEEDED, DONE)), ['recorded']);
    });

    it('does not trip over deliveries of a deleted tenant that somebody still holds', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const leased = await bench.acceptOne(owner, endpoint);
      await bench.store.deleteTenant(tenant, wallLater(1));
      await prune(bench.store, CUT);
      await bench.store.release(owner, [{ id: leased.id, to: 'due', dueAt: STEADY }]);
      assertSame(await bench.claimDue(owner, STEADY), [leased]);
      assert.deepEqual(await bench.record(owner, attemptOf(leased, SUCCEEDED, DONE)), ['recorded']);
      await prune(bench.store, CUT);
      assert.equal(await bench.store.prune(CUT, 100), 0);
    });

    it('finds nothing in an empty store', async ({ store }) => {
      assert.equal(await store.prune(CUT, 100), 0);
      assert.equal(await store.tenant(tenantId('acme')), undefined);
    });
  });
}

/** Prunes until nothing is left. */
async function prune(store: Store, before: WallMs, limit = 100): Promise<number> {
  let removed = 0;
  for (let round = 0; round < 1_000; round++) {
    const step = await store.prune(before, limit);
    if (step === 0) return removed;
    removed += step;
  }
  throw new Error('pruning never ends');
}
