// Claiming work: what is due in the order it is due, what waits in a backlog in the order it came, nothing twice.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { LeasedDelivery } from '../../src/domain/delivery.ts';
import type { EndpointId, OwnerId } from '../../src/domain/ids.ts';
import type { SteadyMs } from '../../src/domain/time.ts';
import type { StoredEndpoint } from '../../src/seams/store/registry.ts';
import { assertSame, assertUnregistered, type Bench, type ContractIt, ids, only } from './bench.ts';
import { attemptOf, dueAgain, FAILED, later, newId, STEADY, wallLater } from './makers.ts';

export function claimContract(it: ContractIt): void {
  describe('claiming what is due', () => {
    it('finds a delivery at its due time and not a millisecond before', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const delivery = await dueAt(bench, owner, endpoint, later(10_000));
      assert.deepEqual(await bench.store.claimDue(owner, later(9_999), 10), {
        deliveries: [],
        dueAt: [],
        revisions: new Map(),
        nextDue: later(10_000),
      });
      assert.deepEqual(ids(await bench.claimDue(owner, later(10_000))), [delivery.id]);
    });

    it('hands over the whole delivery: event, progress and all', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint, 'leased', { type: 'user.created' });
      const resume = { state: 'pending', dueAt: later(777) } as const;
      const next = { state: 'pending', dueAt: STEADY, failures: 3, interruptions: 2, resume } as const;
      await bench.record(owner, attemptOf(delivery, FAILED, next));
      const claim = await bench.store.claimDue(owner, STEADY, 10);
      assertSame(claim, {
        deliveries: [{ ...delivery, attempts: 1, failures: 3, interruptions: 2, resume }],
        dueAt: [STEADY],
        revisions: new Map([[tenant, await bench.revision(tenant)]]),
        nextDue: null,
      });
    });

    it('takes the oldest due first, up to the limit, and tells when the next one is due', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const third = await dueAt(bench, owner, endpoint, later(30));
      const first = await dueAt(bench, owner, endpoint, later(10));
      const fourth = await dueAt(bench, owner, endpoint, later(40));
      const second = await dueAt(bench, owner, endpoint, later(20));
      const claim = await bench.store.claimDue(owner, later(35), 2);
      assert.deepEqual(ids(claim.deliveries), ids([first, second]));
      assert.deepEqual(claim.dueAt, [later(10), later(20)]);
      assert.equal(claim.nextDue, later(30), 'in the past, yet not claimed');
      const rest = await bench.store.claimDue(owner, later(35), 2);
      assert.deepEqual(ids(rest.deliveries), ids([third]));
      assert.equal(rest.nextDue, later(40));
      const last = await bench.store.claimDue(owner, later(40), 2);
      assert.deepEqual(ids(last.deliveries), ids([fourth]));
      assert.equal(last.nextDue, null);
    });

    it('leaves alone what is leased, in a backlog or paused', async (bench) => {
      const { owner, endpoint } = await bench.start();
      await bench.acceptOne(owner, endpoint, 'leased');
      await bench.acceptOne(owner, endpoint, 'backlog');
      await bench.setState(endpoint, 'disabled', STEADY);
      const paused = await dueAt(bench, owner, endpoint, STEADY);
      await bench.claimDue(owner, STEADY);
      await bench.store.release(owner, [{ id: paused.id, to: 'paused', now: STEADY }]);
      const claim = await bench.store.claimDue(owner, later(1e9), 10);
      assert.deepEqual(claim, { deliveries: [], dueAt: [], revisions: new Map(), nextDue: null });
    });

    it.onDisk('does not hand out again what it has handed out, not even over a restart', async (bench) => {
      const { owner, endpoint } = await bench.start();
      await dueAt(bench, owner, endpoint, STEADY);
      assert.equal((await bench.claimDue(owner, STEADY)).length, 1);
      assert.equal((await bench.claimDue(owner, STEADY)).length, 0);
      await bench.reopen();
      assert.equal((await bench.claimDue(owner, STEADY)).length, 0);
    });

    it.onDisk('keeps the progress over a restart', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const delivery = await dueAt(bench, owner, endpoint, later(5), 2);
      await bench.reopen();
      assert.equal(await bench.store.nextDue(), later(5));
      const again = only(await bench.claimDue(owner, later(5)));
      assertSame(again, { ...delivery, attempts: 1, failures: 2 });
    });

    it('gives all deliveries of one event the same event object', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { deliveries } = await bench.accept(owner, [endpoint, await bench.endpoint(tenant)]);
      await bench.record(owner, ...deliveries.map((one) => attemptOf(one, FAILED, dueAgain(STEADY))));
      const [one, two] = await bench.claimDue(owner, STEADY);
      assert.ok(one !== undefined && one.event === two?.event);
    });

    it('tells the revision of every tenant concerned', async (bench) => {
      const one = await bench.start('one');
      const two = await bench.start('two');
      await bench.endpoint(two.tenant);
      await dueAt(bench, one.owner, one.endpoint, STEADY);
      await dueAt(bench, one.owner, two.endpoint, STEADY);
      const { revisions } = await bench.store.claimDue(one.owner, STEADY, 10);
      assert.deepEqual(
        revisions,
        new Map([
          [one.tenant, await bench.revision(one.tenant)],
          [two.tenant, await bench.revision(two.tenant)],
        ]),
      );
    });

    it.onDisk('never gives one delivery to two who claim at the same time, and forgets none', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const made: LeasedDelivery[] = [];
      for (let index = 0; index < 60; index++) made.push(await bench.acceptOne(owner, endpoint));
      await bench.record(owner, ...made.map((one) => attemptOf(one, FAILED, dueAgain(STEADY))));
      const claimers = [
        { store: bench.store, owner },
        { store: await bench.another(), owner: await bench.owner() },
        { store: await bench.another(), owner: await bench.owner() },
      ];
      const claimed: string[] = [];
      while ((await bench.store.nextDue()) !== null) {
        const claims = await Promise.all(
          claimers.flatMap((claimer) => [
            claimer.store.claimDue(claimer.owner, STEADY, 7),
            claimer.store.claimDue(claimer.owner, STEADY, 4),
          ]),
        );
        claimed.push(...claims.flatMap(({ deliveries }) => ids(deliveries)));
      }
      assert.equal(claimed.length, 60);
      assert.deepEqual(new Set(claimed), new Set(ids(made)));
    });

    it('refuses an owner that is not registered', async (bench) => {
      await assertUnregistered(bench.store.claimDue(newId<OwnerId>(), STEADY, 10));
    });
  });

  describe('knowing when something is due', () => {
    it('tells the earliest due time of what is nobody’s', async (bench) => {
      const { owner, endpoint } = await bench.start();
      assert.equal(await bench.store.nextDue(), null);
      await dueAt(bench, owner, endpoint, later(20));
      await dueAt(bench, owner, endpoint, later(10));
      assert.equal(await bench.store.nextDue(), later(10));
      await bench.claimDue(owner, later(10));
      assert.equal(await bench.store.nextDue(), later(20));
      await bench.claimDue(owner, later(20));
      assert.equal(await bench.store.nextDue(), null);
    });
  });

  describe('claiming a backlog', () => {
    it('takes the oldest deliveries of each endpoint, up to its own limit', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const second = await bench.endpoint(tenant);
      const third = await bench.endpoint(tenant);
      // Stored in another order than their ids rise.
      const b = await bench.acceptOne(owner, endpoint, 'backlog', { createdAt: wallLater(20) });
      const a = await bench.acceptOne(owner, endpoint, 'backlog', { createdAt: wallLater(10) });
      const c = await bench.acceptOne(owner, endpoint, 'backlog', { createdAt: wallLater(30) });
      const d = await bench.acceptOne(owner, second, 'backlog');
      await bench.acceptOne(owner, third, 'backlog');
      const claim = await bench.store.claimBacklog(owner, [
        { endpointId: endpoint.id, limit: 2 },
        { endpointId: second.id, limit: 5 },
      ]);
      const of = (id: EndpointId) => claim.deliveries.filter((one) => one.endpointId === id);
      assertSame(of(endpoint.id), [a, b]);
      assertSame(of(second.id), [d]);
      assert.equal(claim.deliveries.length, 3);
      assert.deepEqual(claim.revisions, new Map([[tenant, await bench.revision(tenant)]]));
      assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), ids([c]));
    });

    it('finds nothing for endpoints that have none or do not exist', async (bench) => {
      const { owner, endpoint } = await bench.start();
      await dueAt(bench, owner, endpoint, STEADY);
      const nothing = { deliveries: [], revisions: new Map() };
      assert.deepEqual(await bench.store.claimBacklog(owner, []), nothing);
      const wants = [
        { endpointId: endpoint.id, limit: 5 },
        { endpointId: newId<EndpointId>(), limit: 5 },
      ];
      assert.deepEqual(await bench.store.claimBacklog(owner, wants), nothing);
    });

    it('lists endpoints that have one, each once, up to the limit', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const second = await bench.endpoint(tenant);
      const without = await bench.endpoint(tenant);
      assert.deepEqual(await bench.store.backlogs(10), []);
      for (const one of [endpoint, second, endpoint]) await bench.acceptOne(owner, one, 'backlog');
      await dueAt(bench, owner, without, STEADY);
      assert.deepEqual(new Set(await bench.store.backlogs(10)), new Set([endpoint.id, second.id]));
      assert.equal((await bench.store.backlogs(10)).length, 2);
      assert.equal((await bench.store.backlogs(1)).length, 1);
      await bench.claimBacklog(owner, second.id);
      assert.deepEqual(await bench.store.backlogs(10), [endpoint.id]);
    });

    it.onDisk('never gives one delivery to two who claim at the same time, and forgets none', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const made: LeasedDelivery[] = [];
      for (let index = 0; index < 60; index++) made.push(await bench.acceptOne(owner, endpoint, 'backlog'));
      const other = { store: await bench.another(), owner: await bench.owner() };
      const wants = [{ endpointId: endpoint.id, limit: 7 }];
      const claimed: string[] = [];
      while ((await bench.store.backlogs(1)).length > 0) {
        const claims = await Promise.all([
          bench.store.claimBacklog(owner, wants),
          other.store.claimBacklog(other.owner, wants),
          bench.store.claimBacklog(owner, wants),
          other.store.claimBacklog(other.owner, wants),
        ]);
        claimed.push(...claims.flatMap(({ deliveries }) => ids(deliveries)));
      }
      assert.equal(claimed.length, 60);
      assert.deepEqual(new Set(claimed), new Set(ids(made)));
    });

    it('refuses an owner that is not registered', async (bench) => {
      const { endpoint } = await bench.start();
      const wants = [{ endpointId: endpoint.id, limit: 1 }];
      await assertUnregistered(bench.store.claimBacklog(newId<OwnerId>(), wants));
    });
  });
}

/** A delivery whose first attempt failed and that is due again. */
export async function dueAt(
  bench: Bench,
  owner: OwnerId,
  endpoint: StoredEndpoint,
  at: SteadyMs,
  failures = 1,
): Promise<LeasedDelivery> {
  const delivery = await bench.acceptOne(owner, endpoint);
  assert.deepEqual(await bench.record(owner, attemptOf(delivery, FAILED, dueAgain(at, failures))), ['recorded']);
  return delivery;
}
