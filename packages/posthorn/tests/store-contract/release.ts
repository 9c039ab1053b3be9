// Giving deliveries back without an attempt, and finding those that nobody knows of after a lost reply.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { OwnerId } from '../../src/domain/ids.ts';
import { StoreUnavailable } from '../../src/seams/store/index.ts';
import { assertSame, type ContractIt, ids, only } from './bench.ts';
import { dueAt } from './claim.ts';
import { later, newId, STEADY, wallLater } from './makers.ts';
import { endedDelivery } from './retry.ts';

export function releaseContract(it: ContractIt): void {
  describe('releasing', () => {
    it('to a due time', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.store.release(owner, [{ id: delivery.id, to: 'due', dueAt: later(50) }]);
      assert.equal(await bench.store.nextDue(), later(50));
      assert.equal((await bench.delivery(tenant, delivery.id)).nextAttemptAt, later(50));
      assertSame(await bench.claimDue(await bench.owner(), later(50)), [delivery]);
    });

    it('to a fraction of a millisecond is a defect of the caller', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const { id } = await bench.acceptOne(owner, endpoint);
      for (const release of [
        { id, to: 'due', dueAt: later(0.5) },
        { id, to: 'paused', now: later(0.5) },
      ] as const) {
        await assert.rejects(
          bench.store.release(owner, [release]),
          (error) => !(error instanceof StoreUnavailable) && !(error instanceof assert.AssertionError),
        );
      }
      assert.equal(await bench.store.nextDue(), null);
    });

    it('to the backlog, keeping the progress', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await dueAt(bench, owner, endpoint, STEADY, 2);
      await bench.claimDue(owner, STEADY);
      await bench.store.release(owner, [{ id: delivery.id, to: 'backlog' }]);
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([shown.state, shown.nextAttemptAt], ['pending', null]);
      assert.deepEqual(await bench.store.backlogs(10), [endpoint.id]);
      assertSame(await bench.claimBacklog(owner, endpoint.id), [{ ...delivery, attempts: 1, failures: 2 }]);
    });

    it('to be paused until the endpoint is enabled', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.release(owner, [{ id: delivery.id, to: 'paused', now: STEADY }]);
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([shown.state, shown.nextAttemptAt], ['pending', null]);
      assert.equal(await bench.store.nextDue(), null);
      assert.deepEqual(await bench.store.backlogs(10), []);
      await bench.setState(endpoint, 'active', later(70));
      assert.equal(await bench.store.nextDue(), later(70));
      assertSame(await bench.claimDue(owner, later(70)), [delivery]);
    });

    it('to be paused is due at once when the endpoint was enabled meanwhile', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.setState(endpoint, 'active', later(20));
      await bench.store.release(owner, [{ id: delivery.id, to: 'paused', now: later(30) }]);
      assert.equal(await bench.store.nextDue(), later(30));
      const { deliveries, dueAt } = await bench.store.claimDue(owner, later(30), 10);
      assertSame(deliveries, [delivery]);
      assert.deepEqual(dueAt, [later(30)]);
    });

    it('to be paused does not strand a delivery whose endpoint was deleted meanwhile', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.deleteEndpoint(endpoint.tenantId, endpoint.id, wallLater(1));
      await bench.store.release(owner, [{ id: delivery.id, to: 'paused', now: later(30) }]);
      const { deliveries, dueAt } = await bench.store.claimDue(owner, later(30), 10);
      assert.deepEqual(ids(deliveries), [delivery.id]);
      assert.deepEqual(dueAt, [later(30)]);
    });

    it('to cancelled ends it', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.store.release(owner, [{ id: delivery.id, to: 'cancelled', endedAt: wallLater(77) }]);
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual(
        [shown.state, shown.endedAt, shown.attempts, shown.history],
        ['cancelled', wallLater(77), 0, []],
      );
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 0);
    });

    it('to cancelled puts a ended delivery that was due once more back to what it was', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery, endedAt } = await endedDelivery(bench, owner, endpoint, 'succeeded');
      await bench.store.retry(tenant, delivery.id, STEADY);
      await bench.claimDue(owner, STEADY);
      await bench.store.release(owner, [{ id: delivery.id, to: 'cancelled', endedAt: wallLater(9_999) }]);
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([shown.state, shown.endedAt, shown.attempts], ['succeeded', endedAt, 1]);
    });

    it('to cancelled ends a planned delivery, also one that was brought forward by hand', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await dueAt(bench, owner, endpoint, later(10_000));
      await bench.store.retry(tenant, delivery.id, STEADY);
      await bench.claimDue(owner, STEADY);
      await bench.store.release(owner, [{ id: delivery.id, to: 'cancelled', endedAt: wallLater(77) }]);
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([shown.state, shown.endedAt], ['cancelled', wallLater(77)]);
    });

    it('keeps what a manual attempt goes back to', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery, endedAt } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      await bench.store.retry(tenant, delivery.id, STEADY);
      await bench.claimDue(owner, STEADY);
      await bench.store.release(owner, [{ id: delivery.id, to: 'backlog' }]);
      const waiting = only(await bench.claimBacklog(owner, endpoint.id));
      assert.deepEqual(waiting.resume, { state: 'exhausted', endedAt });
    });

    it('leaves alone what the owner does not hold, and may be repeated', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.owner();
      const leased = await bench.acceptOne(owner, endpoint);
      const waiting = await bench.acceptOne(owner, endpoint, 'backlog');
      const done = await endedDelivery(bench, owner, endpoint, 'succeeded');
      for (const { id } of [leased, waiting, done.delivery]) {
        await bench.store.release(other, [{ id, to: 'cancelled', endedAt: wallLater(1) }]);
        await bench.store.release(other, [{ id, to: 'due', dueAt: STEADY }]);
      }
      assert.equal(await bench.store.nextDue(), null);
      assert.equal((await bench.delivery(tenant, leased.id)).state, 'pending');
      const back = [{ id: leased.id, to: 'due', dueAt: later(5) } as const];
      await bench.store.release(owner, back);
      await bench.store.release(owner, [{ id: leased.id, to: 'cancelled', endedAt: wallLater(1) }]);
      await bench.store.release(owner, back);
      assert.equal(await bench.store.nextDue(), later(5));
      await bench.store.release(owner, []);
    });

    it('of many at once goes each its own way', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const [a, b, c] = [
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(owner, endpoint),
      ];
      await bench.store.release(owner, [
        { id: a.id, to: 'due', dueAt: later(5) },
        { id: b.id, to: 'backlog' },
        { id: c.id, to: 'cancelled', endedAt: wallLater(1) },
      ]);
      assert.deepEqual(ids(await bench.claimDue(owner, later(5))), [a.id]);
      assert.deepEqual(ids(await bench.claimBacklog(owner, endpoint.id)), [b.id]);
      assert.equal((await bench.delivery(tenant, c.id)).state, 'cancelled');
    });
  });

  describe('reclaiming', () => {
    it('makes due what the owner does not know it holds, and nothing else', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const other = await bench.owner();
      const known = await bench.acceptOne(owner, endpoint);
      const lost = await dueAt(bench, owner, endpoint, STEADY, 2);
      await bench.claimDue(owner, STEADY);
      await bench.acceptOne(other, endpoint);
      await bench.acceptOne(owner, endpoint, 'backlog');
      assert.equal(await bench.store.reclaim(owner, [known.id], later(9)), 1);
      assert.equal(await bench.store.nextDue(), later(9));
      assertSame(await bench.claimDue(other, later(9)), [{ ...lost, attempts: 1, failures: 2 }]);
      assert.equal(await bench.store.reclaim(owner, [known.id], later(9)), 0);
    });

    it('takes back everything when nothing is leased', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const made = [];
      for (let index = 0; index < 5; index++) made.push(await bench.acceptOne(owner, endpoint));
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 5);
      assert.deepEqual(new Set(ids(await bench.claimDue(owner, STEADY))), new Set(ids(made)));
    });

    it('finds nothing for an owner that nobody knows', async (bench) => {
      const { owner, endpoint } = await bench.start();
      await bench.acceptOne(owner, endpoint);
      assert.equal(await bench.store.reclaim(newId<OwnerId>(), [], STEADY), 0);
    });

    it('leaves a suspect delivery suspect', async (bench) => {
      const { owner, endpoint } = await bench.start();
      await bench.acceptOne(owner, endpoint);
      const heir = await bench.owner();
      await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY);
      await bench.claimDue(heir, STEADY);
      await bench.store.reclaim(heir, [], STEADY);
      const again = only(await bench.claimDue(heir, STEADY));
      assert.equal(again.suspect, true);
      await bench.store.release(heir, [{ id: again.id, to: 'backlog' }]);
      assert.equal(only(await bench.claimBacklog(heir, endpoint.id)).suspect, true);
    });
  });
}
