// Who lives and who holds what: registering, heartbeats, and taking over the work of the dead.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { AttemptId, DeliveryId, OwnerId } from '../../src/domain/ids.ts';
import type { Start } from '../../src/seams/store/queue.ts';
import { assertSame, assertUnregistered, type ContractIt, ids, only } from './bench.ts';
import { dueAt } from './claim.ts';
import { attemptOf, DONE, dueAgain, FAILED, later, newId, STEADY, SUCCEEDED, wallLater } from './makers.ts';

export function leasesContract(it: ContractIt): void {
  describe('the heartbeat', () => {
    it('begins at 1 and rises; others see it', async (bench) => {
      const [one, two] = [await bench.owner(), await bench.owner()];
      assert.deepEqual(await bench.store.beat(two, STEADY), [{ owner: one, beat: 1 }]);
      await bench.store.beat(one, STEADY);
      await bench.store.beat(one, later(1));
      const [seen] = (await bench.store.beat(two, STEADY)) ?? [];
      assert.equal(seen?.owner, one);
      assert.ok(seen.beat > 1);
    });

    it('names nobody to the only one', async (bench) => {
      assert.deepEqual(await bench.store.beat(await bench.owner(), STEADY), []);
    });

    it.onDisk('names everybody else, also after a restart', async (bench) => {
      const [one, two, three] = [await bench.owner(), await bench.owner(), await bench.owner()];
      await bench.reopen();
      const seen = await bench.store.beat(two, STEADY);
      assert.deepEqual(new Set(seen?.map(({ owner }) => owner)), new Set([one, three]));
    });

    it('is refused to one that never joined, has left or was declared dead', async (bench) => {
      const [dead, heir, gone] = [await bench.owner(), await bench.owner(), await bench.owner()];
      await bench.store.takeOver(heir, { owner: dead, beat: 1 }, STEADY);
      await bench.store.leave(gone);
      for (const owner of [dead, gone, newId<OwnerId>()]) {
        assert.equal(await bench.store.beat(owner, STEADY), undefined);
      }
    });

    it('goes on where it was when a process registers again after a lost reply', async (bench) => {
      const [one, two] = [await bench.owner(), await bench.owner()];
      await bench.store.beat(one, STEADY);
      const before = await bench.store.beat(two, STEADY);
      await bench.store.join(one);
      assert.deepEqual(await bench.store.beat(two, STEADY), before);
    });
  });

  describe('leaving', () => {
    it('takes the owner off the list; leaving twice is no error', async (bench) => {
      const [one, two] = [await bench.owner(), await bench.owner()];
      await bench.store.leave(one);
      await bench.store.leave(one);
      assert.deepEqual(await bench.store.beat(two, STEADY), []);
      await assertUnregistered(bench.store.claimDue(one, STEADY, 1));
    });

    it('with work in hand does not strand it: the owner can still be taken over', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const heir = await bench.owner();
      await bench.store.leave(owner);
      const dead = only((await bench.store.beat(heir, STEADY)) ?? []);
      assert.deepEqual(await bench.store.takeOver(heir, dead, STEADY), []);
      assert.deepEqual(ids(await bench.claimDue(heir, STEADY)), [delivery.id]);
    });
  });

  describe('beginning an attempt', () => {
    it('names the deliveries that are still leased', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const other = await bench.owner();
      const [leased, theirs, waiting] = [
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(other, endpoint),
        await bench.acceptOne(owner, endpoint, 'backlog'),
      ];
      const starts = [leased.id, theirs.id, waiting.id, newId<DeliveryId>()].map(start);
      assert.deepEqual(await bench.store.begin(owner, starts), [leased.id]);
      assert.deepEqual(await bench.store.begin(owner, starts), [leased.id], 'as after a lost reply');
      assert.deepEqual(await bench.store.begin(owner, []), []);
      assert.deepEqual(await bench.store.begin(newId<OwnerId>(), starts), []);
    });
  });

  describe('taking over', () => {
    it('makes everything that had not begun due, suspect and nobody’s', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const fresh = await bench.acceptOne(owner, endpoint);
      const retried = await dueAt(bench, owner, endpoint, STEADY, 2);
      await bench.claimDue(owner, STEADY);
      const untouched = await bench.acceptOne(owner, endpoint, 'backlog');
      const planned = await dueAt(bench, owner, endpoint, later(5_000));
      const heir = await bench.owner();
      assert.deepEqual(await bench.store.takeOver(heir, { owner, beat: 1 }, later(50)), []);
      assert.equal(await bench.store.nextDue(), later(50));
      const claimed = await bench.claimDue(heir, later(50));
      assertSame(
        new Map(claimed.map((one) => [one.id, one])),
        new Map([
          [fresh.id, { ...fresh, suspect: true }],
          [retried.id, { ...retried, attempts: 1, failures: 2, suspect: true }],
        ]),
      );
      assert.deepEqual(ids(await bench.claimBacklog(heir, endpoint.id)), [untouched.id]);
      assert.deepEqual(ids(await bench.claimDue(heir, later(5_000))), [planned.id]);
    });

    it.onDisk('passes what had begun to the heir, to be recorded as cut off', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const begun = await dueAt(bench, owner, endpoint, STEADY, 2);
      await bench.claimDue(owner, STEADY);
      const idle = await bench.acceptOne(owner, endpoint);
      const mark = start(begun.id);
      await bench.store.begin(owner, [mark]);
      await bench.reopen();
      const heir = await bench.owner();
      const cutOff = await bench.store.takeOver(heir, { owner, beat: 1 }, later(50));
      const { delivery, attemptId, startedAt, madeFrom } = only(cutOff ?? []);
      assertSame({ ...delivery, suspect: true }, { ...begun, attempts: 1, failures: 2, suspect: true });
      assert.deepEqual({ deliveryId: begun.id, attemptId, startedAt, madeFrom }, mark);
      assert.deepEqual(
        ids(await bench.claimDue(heir, later(50))),
        [idle.id],
        'what had begun is in the hands of the heir',
      );
      const result = { ...FAILED, outcome: 'interrupted', response: null, error: 'cut off' } as const;
      const record = attemptOf(delivery, result, dueAgain(later(60)), { attemptId, startedAt });
      assert.deepEqual(await bench.record(heir, record), ['recorded']);
      assert.equal((await bench.delivery(tenant, begun.id)).attempts, 2);
      assert.equal(only(await bench.claimDue(heir, later(60))).suspect, false);
    });

    it('leaves what had begun suspect when the heir loses track of it', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const begun = await bench.acceptOne(owner, endpoint);
      await bench.store.begin(owner, [start(begun.id)]);
      const heir = await bench.owner();
      await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY);
      assert.equal(await bench.store.reclaim(heir, [], STEADY), 1);
      assert.equal(only(await bench.claimDue(heir, STEADY)).suspect, true);
    });

    it('passes what had begun on when the heir dies too', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const begun = await bench.acceptOne(owner, endpoint);
      const mark = start(begun.id);
      await bench.store.begin(owner, [mark]);
      const [first, second] = [await bench.owner(), await bench.owner()];
      await bench.store.takeOver(first, { owner, beat: 1 }, STEADY);
      const cutOff = await bench.store.takeOver(second, { owner: first, beat: 1 }, STEADY);
      assert.equal(only(cutOff ?? []).attemptId, mark.attemptId);
    });

    it('answers the dead one’s own record of such an attempt as it was recorded for it', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const mark = start(delivery.id);
      await bench.store.begin(owner, [mark]);
      const heir = await bench.owner();
      const [cutOff] = (await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY)) ?? [];
      assert.ok(cutOff !== undefined);
      const result = { ...FAILED, outcome: 'interrupted', response: null, error: 'cut off' } as const;
      await bench.record(heir, attemptOf(cutOff.delivery, result, dueAgain(STEADY), { attemptId: mark.attemptId }));
      const own = attemptOf(delivery, SUCCEEDED, DONE, { attemptId: mark.attemptId });
      assert.deepEqual(await bench.record(owner, own), ['recorded']);
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([shown.state, shown.history.map(({ outcome }) => outcome)], ['pending', ['interrupted']]);
    });

    it('forgets a begun attempt once it is recorded or given back', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const [recorded, released, parked, reclaimed] = [
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(owner, endpoint),
        await bench.acceptOne(owner, endpoint),
      ];
      await bench.store.begin(
        owner,
        [recorded, released, parked, reclaimed].map(({ id }) => start(id)),
      );
      await bench.record(owner, attemptOf(recorded, FAILED, dueAgain(STEADY)));
      await bench.store.release(owner, [
        { id: released.id, to: 'due', dueAt: STEADY },
        { id: parked.id, to: 'backlog' },
      ]);
      await bench.store.reclaim(owner, [], STEADY);
      assert.equal((await bench.claimBacklog(owner, endpoint.id)).length, 1);
      assert.equal((await bench.claimDue(owner, STEADY)).length, 3);
      const heir = await bench.owner();
      assert.deepEqual(await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY), []);
    });

    it('does nothing when the owner has beaten since', async (bench) => {
      const { owner, endpoint } = await bench.start();
      await bench.acceptOne(owner, endpoint);
      const heir = await bench.owner();
      await bench.store.beat(owner, STEADY);
      assert.equal(await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY), undefined);
      assert.equal(await bench.store.nextDue(), null);
      assert.notEqual(await bench.store.beat(owner, STEADY), undefined);
    });

    it('does nothing a second time, nor for an owner that nobody knows', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const heir = await bench.owner();
      await bench.acceptOne(owner, endpoint);
      assert.deepEqual(await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY), []);
      await bench.claimDue(heir, STEADY);
      assert.equal(await bench.store.takeOver(heir, { owner, beat: 1 }, later(5)), undefined);
      assert.equal(await bench.store.takeOver(heir, { owner: newId<OwnerId>(), beat: 1 }, STEADY), undefined);
      assert.equal(await bench.store.nextDue(), null, 'what the heir has claimed stays with it');
    });

    it('ends every right of the dead: it can neither lease nor begin nor release', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      const heir = await bench.owner();
      await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY);
      await assertUnregistered(bench.store.claimDue(owner, STEADY, 1));
      assert.deepEqual(await bench.store.begin(owner, [start(delivery.id)]), []);
      await bench.store.release(owner, [{ id: delivery.id, to: 'cancelled', endedAt: wallLater(1) }]);
      assert.equal(await bench.store.reclaim(owner, [], STEADY), 0);
      assert.deepEqual(ids(await bench.claimDue(heir, STEADY)), [delivery.id]);
    });

    it('needs an heir that is registered', async (bench) => {
      const { owner, endpoint } = await bench.start();
      await bench.acceptOne(owner, endpoint);
      await assertUnregistered(bench.store.takeOver(newId<OwnerId>(), { owner, beat: 1 }, STEADY));
      assert.equal(await bench.store.nextDue(), null);
    });

    it.onDisk('is done by one of two who try at the same time', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const begun = await bench.acceptOne(owner, endpoint);
      await bench.store.begin(owner, [start(begun.id)]);
      const [one, two] = [await bench.owner(), await bench.owner()];
      const other = await bench.another();
      const answers = await Promise.all([
        bench.store.takeOver(one, { owner, beat: 1 }, STEADY),
        other.takeOver(two, { owner, beat: 1 }, STEADY),
      ]);
      assert.equal(answers.filter((answer) => answer === undefined).length, 1);
      assert.equal(answers.flat().filter((cutOff) => cutOff !== undefined).length, 1);
    });

    it.onDisk('and a heartbeat at the same time agree on who lives', async (bench) => {
      const { endpoint, owner: heir } = await bench.start();
      const other = await bench.another();
      for (let round = 0; round < 10; round++) {
        const owner = await bench.owner();
        const delivery = await bench.acceptOne(owner, endpoint);
        const [alive, taken] = await Promise.all([
          bench.store.beat(owner, STEADY),
          other.takeOver(heir, { owner, beat: 1 }, STEADY),
        ]);
        assert.equal(alive === undefined, taken !== undefined);
        const claimed = await bench.claimDue(heir, STEADY);
        assert.deepEqual(ids(claimed), taken === undefined ? [] : [delivery.id]);
      }
    });

    it.onDisk('finds also what the dead one was accepting or claiming meanwhile, or refuses it', async (bench) => {
      const { endpoint, owner: heir } = await bench.start();
      const other = await bench.another();
      for (let round = 0; round < 10; round++) {
        const owner = await bench.owner();
        const results = await Promise.allSettled([
          bench.acceptOne(owner, endpoint),
          other.takeOver(heir, { owner, beat: 1 }, STEADY),
        ]);
        const claimed = await bench.claimDue(heir, STEADY);
        assert.equal(claimed.length, results[0].status === 'fulfilled' ? 1 : 0);
      }
    });
  });
}

function start(deliveryId: DeliveryId): Start {
  return { deliveryId, attemptId: newId<AttemptId>(), startedAt: wallLater(123), madeFrom: { version: 4, sender: 5 } };
}
