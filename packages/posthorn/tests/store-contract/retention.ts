// Removing history: what is old and ended goes, in small steps; what is pending never does.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { EndpointId, ReplayId, TenantId } from '../../src/domain/ids.ts';
import type { WallMs } from '../../src/domain/time.ts';
import type { Store } from '../../src/seams/store/index.ts';
import type { Replay } from '../../src/seams/store/replays.ts';
import { assertSame, type ContractIt, ids, only } from './bench.ts';
import {
  attemptOf,
  DONE,
  dueAgain,
  EXHAUSTED,
  FAILED,
  later,
  newId,
  STEADY,
  SUCCEEDED,
  tenantId,
  wallLater,
} from './makers.ts';

const DAY_MS = 86_400_000;
const CUT = wallLater(10 * DAY_MS);

export function retentionContract(it: ContractIt): void {
  describe('pruning', () => {
    it('removes old ended events with their deliveries and attempts, and keeps younger ones', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const old = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(1) });
      const young = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(20 * DAY_MS) });
      for (const one of [old, young]) {
        const moment = { startedAt: one.event.createdAt, endedAt: one.event.createdAt };
        await bench.record(owner, attemptOf(one, SUCCEEDED, DONE, moment));
      }
      assert.ok((await prune(bench.store, CUT)) >= 3);
      const page = { limit: 10, after: null };
      assert.deepEqual(ids((await bench.store.events(tenant, {}, page)).items), [young.event.id]);
      assert.deepEqual(ids((await bench.store.deliveries(tenant, {}, page)).items), [young.id]);
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
      const paused = await bench.acceptOne(owner, endpoint);
      const { deliveries, event } = await bench.accept(owner, [endpoint, await bench.endpoint(tenant)]);
      const [done, open] = deliveries;
      assert.ok(done !== undefined && open !== undefined);
      await bench.record(owner, attemptOf(done, SUCCEEDED, DONE));
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.release(owner, [{ id: paused.id, to: 'paused', now: STEADY }]);
      await prune(bench.store, CUT);
      for (const { id, event: needed } of [leased, waiting, due, paused, open]) {
        assert.equal((await bench.delivery(tenant, id)).state, 'pending');
        assert.ok((await bench.store.event(tenant, needed.id)) !== undefined);
      }
      assert.equal((await bench.delivery(tenant, due.id)).history.length, 1);
      assert.ok((await bench.store.event(tenant, event.id))?.deliveries.some(({ id }) => id === open.id));
    });

    it('never removes what was ended only lately, however old its event', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const tried = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(1) });
      const other = await bench.endpoint(tenant);
      const { deliveries, event } = await bench.accept(owner, [endpoint, other], 'leased', { createdAt: wallLater(2) });
      const [early, late] = deliveries;
      assert.ok(early !== undefined && late !== undefined);
      const lately = { endedAt: wallLater(20 * DAY_MS) };
      await bench.record(owner, attemptOf(tried, FAILED, EXHAUSTED), attemptOf(early, SUCCEEDED, DONE));
      await bench.record(owner, attemptOf(late, SUCCEEDED, DONE, { endedAt: CUT }));
      assert.equal(await bench.store.retry(tenant, tried.id, later(5)), 'due');
      const again = only(await bench.claimDue(owner, later(5)));
      await bench.record(owner, attemptOf(again, SUCCEEDED, DONE, lately));
      await prune(bench.store, CUT);
      assert.equal((await bench.delivery(tenant, tried.id)).history.length, 2);
      assert.equal((await bench.delivery(tenant, late.id)).history.length, 1);
      const kept = (await bench.store.events(tenant, {}, { limit: 10, after: null })).items;
      assert.deepEqual(ids(kept), [event.id, tried.event.id]);
      assert.equal(await bench.store.delivery(tenant, early.id), undefined, 'what was ended long ago goes by itself');
      await prune(bench.store, wallLater(20 * DAY_MS));
      assert.deepEqual(ids((await bench.store.events(tenant, {}, { limit: 10, after: null })).items), [tried.event.id]);
      await prune(bench.store, wallLater(20 * DAY_MS + 1));
      assert.deepEqual((await bench.store.events(tenant, {}, { limit: 10, after: null })).items, []);
      assert.equal(await bench.store.delivery(tenant, tried.id), undefined);
    });

    it('finds in a later round what was pending in an earlier one', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const late = await bench.acceptOne(owner, endpoint);
      const early = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(early, SUCCEEDED, DONE));
      assert.ok((await prune(bench.store, CUT)) > 0);
      await bench.record(owner, attemptOf(late, SUCCEEDED, DONE));
      assert.ok((await prune(bench.store, CUT)) > 0);
      assert.deepEqual((await bench.store.events(tenant, {}, { limit: 10, after: null })).items, []);
      assert.equal(await bench.store.prune(CUT, 100), 0);
    });

    it('finds also what was ended while it was under way', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const lease = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(1) });
      for (let index = 0; index < 6; index++) {
        const one = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(10 + index) });
        await bench.record(owner, attemptOf(one, SUCCEEDED, DONE));
      }
      assert.ok((await bench.store.prune(CUT, 3)) > 0);
      await bench.record(owner, attemptOf(lease, SUCCEEDED, DONE));
      await prune(bench.store, CUT, 3);
      assert.deepEqual((await bench.store.events(tenant, {}, { limit: 10, after: null })).items, []);
    });

    it('goes on where the step before ended, and looks from the front again at the end', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const first = await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(1) });
      const rest = [];
      for (let index = 0; index < 12; index++) {
        rest.push(await bench.acceptOne(owner, endpoint, 'leased', { createdAt: wallLater(10 + index) }));
      }
      await bench.record(owner, ...rest.map((one) => attemptOf(one, SUCCEEDED, DONE)));
      assert.ok((await bench.store.prune(CUT, 3)) > 0);
      await bench.record(owner, attemptOf(first, SUCCEEDED, DONE));
      assert.ok((await bench.store.prune(CUT, 3)) > 0);
      assert.equal((await bench.delivery(tenant, first.id)).state, 'succeeded');
      await prune(bench.store, CUT, 3);
      assert.equal(await bench.store.delivery(tenant, first.id), undefined);
      assert.deepEqual((await bench.store.events(tenant, {}, { limit: 10, after: null })).items, []);
    });

    it('reaches what is old behind more than a step of what has to stay, in every tenant', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.endpoint(await bench.tenant('other'));
      for (const one of [endpoint, other]) {
        const kept = [];
        for (let index = 0; index < 7; index++) {
          kept.push(await bench.acceptOne(owner, one, 'leased', { createdAt: wallLater(index) }));
        }
        const ended = kept.slice(2).map((delivery) => attemptOf(delivery, SUCCEEDED, DONE, { endedAt: CUT }));
        const old = await bench.acceptOne(owner, one, 'leased', { createdAt: wallLater(10) });
        await bench.record(owner, ...ended, attemptOf(old, SUCCEEDED, DONE));
      }
      await prune(bench.store, CUT, 2);
      for (const id of [tenant, other.tenantId]) {
        assert.equal((await bench.store.events(id, {}, { limit: 10, after: null })).items.length, 7);
        assert.equal((await bench.store.deliveries(id, {}, { limit: 10, after: null })).items.length, 7);
      }
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
      const kept = (await bench.store.events(tenant, {}, { limit: 10, after: null })).items;
      const ofType = (await bench.store.events(tenant, { eventType: 'order.paid' }, { limit: 10, after: null })).items;
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
      assert.ok((await bench.store.events(tenant, {}, { limit: 100, after: null })).items.length > 0);
      await prune(bench.store, CUT, 9);
      assert.deepEqual((await bench.store.events(tenant, {}, { limit: 100, after: null })).items, []);
      assert.deepEqual((await bench.store.deliveries(tenant, {}, { limit: 100, after: null })).items, []);
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
      assert.deepEqual((await bench.store.deliveries(tenant, {}, { limit: 100, after: null })).items, []);
    });

    it('leaves an event with more deliveries than the limit for the one that is pending', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const rest = [];
      for (let index = 0; index < 14; index++) rest.push(await bench.endpoint(tenant));
      const { deliveries, event } = await bench.accept(owner, [endpoint, ...rest]);
      const [open, ...done] = deliveries;
      assert.ok(open !== undefined);
      await bench.record(owner, ...done.map((one) => attemptOf(one, SUCCEEDED, DONE)));
      await prune(bench.store, CUT, 4);
      assert.deepEqual(ids((await bench.store.event(tenant, event.id))?.deliveries ?? []), [open.id]);
      await bench.record(owner, attemptOf(open, SUCCEEDED, DONE));
      await prune(bench.store, CUT, 4);
      assert.equal(await bench.store.event(tenant, event.id), undefined);
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
      assert.deepEqual(ids((await bench.store.deliveries(tenant, {}, { limit: 10, after: null })).items), [kept.id]);
      assert.deepEqual(await bench.record(owner, attemptOf(kept, SUCCEEDED, DONE)), ['recorded']);
    });

    it('removes endpoints that were deleted long ago, and those only', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      const [old, late] = [await bench.endpoint(tenant), await bench.endpoint(tenant)];
      await bench.store.deleteEndpoint(tenant, old.id, wallLater(5));
      await bench.store.deleteEndpoint(tenant, late.id, CUT);
      assert.equal(await prune(bench.store, CUT), 1);
      assert.equal(await bench.store.createEndpoint(old, 10), 'created');
      assertSame(await bench.store.endpoint(tenant, old.id), old, 'nothing of it was left');
      assert.equal(await prune(bench.store, wallLater(10 * DAY_MS + 1)), 1);
      assertSame((await bench.store.catalog(tenant))?.endpoints, [endpoint, old]);
    });

    it('removes deleted endpoints in steps of about the limit', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      // Nobody may be counted twice, or forgotten, who was deleted at the same moment.
      for (let index = 0; index < 12; index++) {
        const one = await bench.endpoint(tenant);
        await bench.store.deleteEndpoint(tenant, one.id, wallLater(index < 9 ? 5 : 6));
      }
      await bench.acceptOne(owner, endpoint, 'backlog');
      const first = await bench.store.prune(CUT, 5);
      assert.ok(first > 0 && first <= 5, `${first} rows in the first step`);
      assert.equal(first + (await prune(bench.store, CUT, 5)), 12);
    });

    it('removes an endpoint’s history with it, and nothing that another’s history needs', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const gone = await bench.endpoint(tenant);
      const { deliveries, event } = await bench.accept(owner, [endpoint, gone]);
      const [kept, old] = deliveries;
      assert.ok(kept !== undefined && old !== undefined);
      await bench.record(owner, attemptOf(old, SUCCEEDED, DONE));
      await bench.record(owner, attemptOf(kept, SUCCEEDED, DONE, { endedAt: CUT }));
      await bench.store.deleteEndpoint(tenant, gone.id, wallLater(1_000));
      await prune(bench.store, CUT);
      assert.deepEqual(ids((await bench.store.event(tenant, event.id))?.deliveries ?? []), [kept.id]);
      assert.equal(await bench.store.createEndpoint(gone, 10), 'created');
      assert.deepEqual(
        (await bench.store.deliveries(tenant, { endpointId: gone.id }, { limit: 10, after: null })).items,
        [],
      );
    });

    it('keeps a deleted endpoint as long as anything names it', async (bench) => {
      const { owner, tenant } = await bench.start();
      const at = wallLater(1_000);
      const names = [];
      for (let index = 0; index < 3; index++) {
        const endpoint = await bench.endpoint(tenant);
        names.push({ endpoint, lease: await bench.acceptOne(owner, endpoint) });
      }
      const [leased, ended, givenBack] = names;
      assert.ok(leased !== undefined && ended !== undefined && givenBack !== undefined);
      for (const { endpoint } of names) await bench.store.deleteEndpoint(tenant, endpoint.id, at);
      await bench.record(owner, attemptOf(ended.lease, SUCCEEDED, DONE, { endedAt: CUT }));
      await bench.store.release(owner, [{ id: givenBack.lease.id, to: 'due', dueAt: STEADY }]);
      await prune(bench.store, CUT, 1);
      for (const { endpoint, lease } of names) {
        assert.equal((await bench.delivery(tenant, lease.id)).endpointId, endpoint.id);
      }
      assertSame(await bench.claimDue(owner, STEADY), [givenBack.lease]);
      for (const { lease } of [leased, givenBack]) {
        await bench.store.release(owner, [{ id: lease.id, to: 'cancelled', endedAt: at }]);
      }
      await prune(bench.store, wallLater(11 * DAY_MS));
      assert.deepEqual((await bench.store.deliveries(tenant, {}, { limit: 10, after: null })).items, []);
      assert.equal(await bench.store.createEndpoint(leased.endpoint, 10), 'created');
    });

    it('shows a replay that names an endpoint deleted long ago', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      const replay = endedReplay(tenant, endpoint.id);
      assert.equal(await bench.store.createReplay(replay, new Map(), STEADY, 10), 'created');
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(5));
      await prune(bench.store, CUT);
      assertSame(await bench.store.replay(tenant, replay.id), replay);
      await prune(bench.store, wallLater(10 * DAY_MS + 1));
      assert.equal(await bench.store.replay(tenant, replay.id), undefined);
      assert.equal(await bench.store.createEndpoint(endpoint, 10), 'created');
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

/** A replay of one endpoint that ended at the cut: it stays. */
function endedReplay(tenant: TenantId, endpointId: EndpointId): Replay {
  return {
    id: newId<ReplayId>(),
    tenantId: tenant,
    state: 'completed',
    endpointId,
    eventTypes: null,
    states: ['exhausted'],
    since: null,
    until: wallLater(1),
    ratePerSecond: 1,
    total: 0,
    replayed: 0,
    skipped: 0,
    createdAt: wallLater(2),
    endedAt: CUT,
  };
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
