// Tenants that keep their events for a shorter time than the installation: what is over is erased once nothing of it is
// pending, each event is looked at once, and what had to stay is looked at again when its time has come.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { EventId, TenantId } from '../../src/domain/ids.ts';
import { DAY_MS, lookAgainAt } from '../../src/domain/retention.ts';
import type { WallMs } from '../../src/domain/time.ts';
import type { ErasedStep } from '../../src/seams/store/history.ts';
import type { Store } from '../../src/seams/store/index.ts';
import type { Page, StoredEndpoint } from '../../src/seams/store/registry.ts';
import { allPages, type Bench, type ContractIt, eventFor, ids, newlyLeased, only } from './bench.ts';
import {
  attemptOf,
  DONE,
  dueAgain,
  EXHAUSTED,
  FAILED,
  later,
  newEvent,
  newId,
  RESPONSE,
  STEADY,
  SUCCEEDED,
  tenantId,
  utf8,
  WALL,
  wallLater,
} from './makers.ts';

const BEFORE = wallLater(10 * DAY_MS);
const NOW = wallLater(11 * DAY_MS);
const ANSWERED = { ...SUCCEEDED, response: { ...RESPONSE, status: 200 } };

export function ownRetentionContract(it: ContractIt): void {
  describe('a tenant’s own retention', () => {
    it('is kept until it is set anew, and is nothing that an accept has to know of', async (bench) => {
      const { store } = bench;
      const acme = tenantId('acme');
      const days = async () => (await store.tenant(acme))?.retentionDays;
      assert.equal((await store.putTenant(acme, undefined, WALL, 7)).tenant.retentionDays, 7);
      const revision = await bench.revision(acme);
      assert.equal((await store.putTenant(acme, 'Acme', wallLater(1))).tenant.retentionDays, 7);
      const shorter = await store.putTenant(acme, undefined, wallLater(2), 3);
      assert.deepEqual([shorter.tenant.name, shorter.tenant.updatedAt], ['Acme', wallLater(2)]);
      assert.equal(await days(), 3);
      assert.equal((await store.tenants({ limit: 1, after: null }))[0]?.retentionDays, 3);
      await store.putTenant(acme, undefined, wallLater(3), null);
      assert.equal(await days(), null);
      assert.equal(await bench.revision(acme), revision);
    });

    it('is listed with those who have one, page by page', async ({ store }) => {
      const listed = async (limit: number) =>
        ids(
          await allPages(
            limit,
            (page: Page<TenantId>) => store.tenantsWithRetention(page),
            ({ id }) => id,
          ),
        );
      for (const [name, days] of [
        ['d', 4],
        ['a', 1],
        ['c', 3],
        ['b', null],
        ['gone', 5],
        ['B', 2],
      ] as const) {
        await store.putTenant(tenantId(name), undefined, WALL, days);
      }
      await store.putTenant(tenantId('none'), undefined, WALL);
      await store.putTenant(tenantId('c'), undefined, WALL, null);
      await store.deleteTenant(tenantId('gone'), WALL);
      for (const limit of [1, 2, 100]) assert.deepEqual(await listed(limit), ['B', 'a', 'd']);
    });
  });

  describe('erasing what is over', () => {
    it('takes payloads, keys and responses of events that have ended, and leaves the facts and the rest', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const made = {
        ...eventFor(newEvent(tenant, { body: utf8('{"e-mail":"ERASEME"}') }), [endpoint, await bench.endpoint(tenant)]),
        keys: ['ERASEME-1'],
      };
      await bench.store.accept(owner, [{ tenantId: tenant, revision: await bench.revision(tenant), events: [made] }]);
      const { event } = made;
      for (const { id, endpointId } of made.deliveries) {
        await bench.record(owner, attemptOf(newlyLeased(id, endpointId, event), ANSWERED, DONE));
      }
      const young = await ended(bench, endpoint, BEFORE);
      const { tenant: other, endpoint: elsewhere } = await bench.start('other');
      const foreign = await ended(bench, elsewhere, WALL);

      assert.deepEqual(await eraseAll(bench.store, tenant), { looked: 1, erased: 1 });
      const shown = await bench.store.event(tenant, event.id);
      assert.deepEqual(
        [shown?.type, shown?.createdAt, shown?.erasedAt, shown?.body.length, shown?.keys],
        [event.type, event.createdAt, NOW, 0, []],
      );
      for (const { id } of made.deliveries) {
        const { state, history } = await bench.delivery(tenant, id);
        const { response } = only(history);
        assert.deepEqual(
          [state, response?.status, response?.headers, response?.body.length],
          ['succeeded', 200, [], 0],
        );
        assert.equal(await bench.store.retry(tenant, id, STEADY), 'erased');
      }
      const page = { limit: 10, after: null };
      assert.deepEqual((await bench.store.events(tenant, { key: 'ERASEME-1' }, page)).items, []);
      assert.deepEqual((await bench.store.deliveries(tenant, { key: 'ERASEME-1' }, page)).items, []);
      for (const [of, id] of [
        [tenant, young],
        [other, foreign],
      ] as const) {
        assert.equal((await bench.store.event(of, id))?.erasedAt, null);
      }
    });

    it('takes an event that matched nobody', async (bench) => {
      const { tenant, owner } = await bench.start();
      const made = eventFor(newEvent(tenant), []);
      await bench.store.accept(owner, [{ tenantId: tenant, revision: await bench.revision(tenant), events: [made] }]);
      assert.deepEqual(await eraseAll(bench.store, tenant), { looked: 1, erased: 1 });
    });

    it.onDisk('goes on where it ended, in steps of about the limit, and looks at nothing twice', async (bench) => {
      const { tenant, endpoint } = await bench.start();
      // Of several with the same moment, none may be forgotten.
      const old = [];
      for (const at of [3, 3, 1, 2, 3]) old.push(await ended(bench, endpoint, wallLater(at)));
      const first = await bench.store.eraseOverdue(tenant, BEFORE, NOW, 2);
      assert.deepEqual(first, { looked: 2, erased: 2 });
      const store = await bench.reopen();
      assert.deepEqual(await eraseAll(store, tenant, BEFORE, NOW, 2), { looked: 3, erased: 3 });
      for (const id of old) assert.notEqual((await store.event(tenant, id))?.erasedAt, null);
      assert.deepEqual(await eraseAll(store, tenant), { looked: 0, erased: 0 });
      const next = await ended(bench, endpoint, BEFORE);
      const tomorrow = [wallLater(11 * DAY_MS), wallLater(12 * DAY_MS)] as const;
      assert.deepEqual(await eraseAll(store, tenant, ...tomorrow), { looked: 1, erased: 1 });
      assert.equal((await store.event(tenant, next))?.erasedAt, tomorrow[1]);
    });

    it('leaves alone what is pending, wherever it waits, and takes it once it has ended', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const other = await bench.endpoint(tenant);
      const leased = await bench.acceptOne(owner, endpoint);
      const waiting = await bench.acceptOne(owner, endpoint, 'backlog');
      const due = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(due, FAILED, dueAgain(later(5))));
      const { deliveries, event: half } = await bench.accept(owner, [endpoint, other]);
      const [done, open] = deliveries;
      assert.ok(done !== undefined && open !== undefined);
      await bench.record(owner, attemptOf(done, ANSWERED, DONE));
      const again = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(again, FAILED, EXHAUSTED));
      assert.equal(await bench.store.retry(tenant, again.id, later(7)), 'due');
      const paused = await bench.acceptOne(owner, other);
      await bench.setState(other, 'disabled', STEADY);
      await bench.store.release(owner, [{ id: paused.id, to: 'paused', now: STEADY }]);

      assert.deepEqual(await eraseAll(bench.store, tenant), { looked: 6, erased: 0 });
      for (const { event } of [leased, waiting, due, again, paused, { event: half }]) {
        const shown = await bench.store.event(tenant, event.id);
        assert.deepEqual([shown?.erasedAt, shown?.body], [null, event.body]);
      }
      assert.ok(((await bench.delivery(tenant, done.id)).history[0]?.response?.body.length ?? 0) > 0);

      // Not looked at again at once, nor in a while if it is pending still.
      assert.deepEqual(await eraseAll(bench.store, tenant), { looked: 0, erased: 0 });
      await bench.record(owner, attemptOf(leased, SUCCEEDED, DONE), attemptOf(open, SUCCEEDED, DONE));
      const then = lookAgainAt(WALL, BEFORE, NOW);
      assert.deepEqual(await eraseAll(bench.store, tenant, BEFORE, wallBefore(then)), { looked: 0, erased: 0 });
      assert.deepEqual(await eraseAll(bench.store, tenant, BEFORE, then), { looked: 6, erased: 2 });
      for (const id of [leased.event.id, half.id]) {
        assert.equal((await bench.store.event(tenant, id))?.erasedAt, then);
      }
      await bench.store.deleteEndpoint(tenant, endpoint.id, NOW);
      await bench.store.deleteEndpoint(tenant, other.id, NOW);
      const last = lookAgainAt(WALL, BEFORE, then);
      assert.deepEqual(await eraseAll(bench.store, tenant, BEFORE, last, 1), { looked: 4, erased: 4 });
      assert.deepEqual(await eraseAll(bench.store, tenant, BEFORE, wallLater(99 * DAY_MS)), { looked: 0, erased: 0 });
      assert.deepEqual(await bench.claimDue(owner, later(DAY_MS)), []);
    });

    it('keeps what was passed over if the tenant keeps its events for longer from then on', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await eraseAll(bench.store, tenant);
      await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE));
      const then = lookAgainAt(WALL, BEFORE, NOW);
      assert.deepEqual(await eraseAll(bench.store, tenant, WALL, then), { looked: 1, erased: 0 });
      assert.equal((await bench.store.event(tenant, delivery.event.id))?.erasedAt, null);
      const last = lookAgainAt(WALL, WALL, then);
      assert.deepEqual(await eraseAll(bench.store, tenant, BEFORE, last), { looked: 1, erased: 1 });
    });

    it('has nothing left to do for what a person has erased, or what was pruned', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const byHand = await bench.acceptOne(owner, endpoint);
      const passedOver = await bench.acceptOne(owner, endpoint);
      const pruned = await bench.acceptOne(owner, endpoint);
      assert.deepEqual(await eraseAll(bench.store, tenant), { looked: 3, erased: 0 });
      await bench.store.eraseEvent(tenant, passedOver.event.id, wallLater(2));
      await bench.record(owner, attemptOf(byHand, SUCCEEDED, DONE, { endedAt: BEFORE }));
      await bench.record(owner, attemptOf(pruned, SUCCEEDED, DONE));
      const early = await ended(bench, endpoint, wallLater(5), wallLater(9 * DAY_MS));
      await bench.store.eraseEvent(tenant, early, wallLater(6));
      while ((await bench.store.prune(wallLater(DAY_MS), 100)) > 0);
      assert.equal(await bench.store.event(tenant, pruned.event.id), undefined);
      const then = lookAgainAt(WALL, BEFORE, NOW);
      assert.deepEqual(await eraseAll(bench.store, tenant, BEFORE, then), { looked: 2, erased: 1 });
      assert.equal((await bench.store.event(tenant, early))?.erasedAt, wallLater(6));
    });

    it('is of one tenant: a new one of a deleted one’s id begins from the front', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      await ended(bench, endpoint, wallLater(5));
      await bench.acceptOne(owner, endpoint);
      assert.deepEqual(await eraseAll(bench.store, tenant), { looked: 2, erased: 1 });
      await bench.store.deleteTenant(tenant, NOW);
      assert.deepEqual(await bench.store.eraseOverdue(tenant, BEFORE, NOW, 10), { looked: 0, erased: 0 });
      await bench.tenant();
      const fresh = await bench.endpoint(tenant);
      await ended(bench, fresh, wallLater(1));
      assert.deepEqual(await eraseAll(bench.store, tenant, BEFORE, wallLater(99 * DAY_MS)), { looked: 1, erased: 1 });
      while ((await bench.store.prune(wallLater(99 * DAY_MS), 100)) > 0);
      assert.deepEqual((await bench.store.events(tenant, {}, { limit: 10, after: null })).items, []);
      assert.deepEqual(await bench.store.eraseOverdue(tenantId('nobody'), BEFORE, NOW, 10), { looked: 0, erased: 0 });
      assert.equal(await bench.store.eraseEvent(tenant, newId<EventId>(), NOW), false);
    });

    it.onDisk('meets retries at the same time: each delivery is sent again whole, or not at all', async (bench) => {
      const { tenant, owner, endpoint } = await bench.start();
      const second = await bench.another();
      const made = [];
      for (let index = 0; index < 40; index++) made.push(await bench.acceptOne(owner, endpoint));
      await bench.record(owner, ...made.map((one) => attemptOf(one, FAILED, EXHAUSTED)));
      const [answers] = await Promise.all([
        Promise.all(made.map(({ id }) => second.retry(tenant, id, STEADY))),
        eraseAll(bench.store, tenant, BEFORE, NOW, 3),
        Promise.all(made.slice(0, 10).map(({ event }) => bench.store.eraseEvent(tenant, event.id, NOW))),
      ]);
      const due = new Set(ids(await bench.claimDue(owner, later(1_000))));
      for (const [index, { id, event }] of made.entries()) {
        const erased = (await bench.store.event(tenant, event.id))?.erasedAt !== null;
        assert.equal(due.has(id), !erased, `${answers[index]}, erased: ${erased}`);
      }
    });
  });
}

/** An event whose one delivery succeeded. */
async function ended(
  bench: Bench,
  endpoint: StoredEndpoint,
  createdAt: WallMs,
  endedAt: WallMs = createdAt,
): Promise<EventId> {
  const owner = await bench.owner();
  const delivery = await bench.acceptOne(owner, endpoint, 'leased', { createdAt });
  await bench.record(owner, attemptOf(delivery, ANSWERED, DONE, { endedAt }));
  return delivery.event.id;
}

/** Takes steps until nothing is left to look at. */
async function eraseAll(
  store: Store,
  tenant: TenantId,
  before: WallMs = BEFORE,
  now: WallMs = NOW,
  limit = 100,
): Promise<ErasedStep> {
  const sum = { looked: 0, erased: 0 };
  for (;;) {
    const { looked, erased } = await store.eraseOverdue(tenant, before, now, limit);
    assert.ok(looked <= limit && erased <= looked);
    if (looked === 0) return sum;
    sum.looked += looked;
    sum.erased += erased;
  }
}

const wallBefore = (at: WallMs): WallMs => wallLater(at - WALL - 1);
