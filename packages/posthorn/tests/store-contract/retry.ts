// One more attempt by hand, from every state; what is ended or planned is remembered and restored.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { EndState, LeasedDelivery, Next } from '../../src/domain/delivery.ts';
import type { DeliveryId, OwnerId } from '../../src/domain/ids.ts';
import type { WallMs } from '../../src/domain/time.ts';
import type { StoredEndpoint } from '../../src/seams/store/registry.ts';
import { assertSame, type Bench, type ContractIt, ids, only } from './bench.ts';
import { dueAt } from './claim.ts';
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

export function retryContract(it: ContractIt): void {
  describe('retrying by hand', () => {
    for (const state of ['succeeded', 'exhausted', 'cancelled'] as const) {
      it(`makes a delivery that was ${state} pending and due now, and remembers what it was`, async (bench) => {
        const { owner, endpoint, tenant } = await bench.start();
        const { delivery, endedAt, attempts, failures } = await endedDelivery(bench, owner, endpoint, state);
        assert.equal(await bench.store.retry(tenant, delivery.id, later(5)), 'due');
        const shown = await bench.delivery(tenant, delivery.id);
        assert.deepEqual(
          [shown.state, shown.nextAttemptAt, shown.endedAt, shown.attempts, shown.history.length],
          ['pending', later(5), null, attempts, attempts],
        );
        assert.equal(await bench.store.nextDue(), later(5));
        const again = only(await bench.claimDue(owner, later(5)));
        assertSame(again, { ...delivery, attempts, failures, resume: { state, endedAt } });
      });

      it(`leaves a delivery ${state} at its old moment when the attempt fails`, async (bench) => {
        const { owner, endpoint, tenant } = await bench.start();
        const { delivery, endedAt, attempts, failures } = await endedDelivery(bench, owner, endpoint, state);
        await bench.store.retry(tenant, delivery.id, STEADY);
        const again = only(await bench.claimDue(owner, STEADY));
        const next: Next = { state, failures, interruptions: 0 };
        const record = attemptOf(again, FAILED, next, { endedAt: wallLater(90_000) });
        assert.deepEqual(await bench.record(owner, record), ['recorded']);
        const shown = await bench.delivery(tenant, delivery.id);
        assert.deepEqual([shown.state, shown.endedAt, shown.attempts], [state, endedAt, attempts + 1]);
        assert.equal(shown.history.at(-1)?.trigger, 'manual');
      });
    }

    it('ends a delivery anew when the attempt succeeds', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      for (const state of ['succeeded', 'exhausted'] as const) {
        const { delivery } = await endedDelivery(bench, owner, endpoint, state);
        await bench.store.retry(tenant, delivery.id, STEADY);
        const again = only(await bench.claimDue(owner, STEADY));
        await bench.record(owner, attemptOf(again, SUCCEEDED, DONE, { endedAt: wallLater(90_000) }));
        const shown = await bench.delivery(tenant, delivery.id);
        assert.deepEqual([shown.state, shown.endedAt], ['succeeded', wallLater(90_000)]);
      }
    });

    it('brings a planned attempt forward, and remembers when it was planned', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const delivery = await dueAt(bench, owner, endpoint, later(10_000));
      assert.equal(await bench.store.retry(tenant, delivery.id, later(5)), 'due');
      assert.equal((await bench.delivery(tenant, delivery.id)).nextAttemptAt, later(5));
      const again = only(await bench.claimDue(owner, later(5)));
      assert.deepEqual(again.resume, { state: 'pending', dueAt: later(10_000) });
      await bench.record(owner, attemptOf(again, FAILED, dueAgain(later(10_000))));
      assert.equal(only(await bench.claimDue(owner, later(10_000))).resume, null);
    });

    it('may be asked again: it is still one attempt, and what it goes back to is not forgotten', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const planned = await dueAt(bench, owner, endpoint, later(10_000));
      const { delivery, endedAt } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      for (const at of [later(5), later(6)]) {
        assert.equal(await bench.store.retry(tenant, planned.id, at), 'due');
        assert.equal(await bench.store.retry(tenant, delivery.id, at), 'due');
      }
      const claimed = await bench.claimDue(owner, later(6));
      assert.deepEqual(
        new Map(claimed.map(({ id, resume }) => [id, resume])),
        new Map<DeliveryId, LeasedDelivery['resume']>([
          [planned.id, { state: 'pending', dueAt: later(10_000) }],
          [delivery.id, { state: 'exhausted', endedAt }],
        ]),
      );
    });

    it('leaves alone what is leased or in the backlog', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const leased = await bench.acceptOne(owner, endpoint);
      const waiting = await bench.acceptOne(owner, endpoint, 'backlog');
      assert.equal(await bench.store.retry(tenant, leased.id, STEADY), 'under_way');
      assert.equal(await bench.store.retry(tenant, waiting.id, STEADY), 'under_way');
      assert.equal(await bench.store.nextDue(), null);
      assertSame(await bench.claimBacklog(owner, endpoint.id), [waiting]);
    });

    it('of one that is being made due, because its endpoint was enabled, is one more attempt', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const deliveries: LeasedDelivery[] = [];
      for (let index = 0; index < 3; index++) deliveries.push(await bench.acceptOne(owner, endpoint));
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.release(
        owner,
        deliveries.map(({ id }) => ({ id, to: 'paused', now: STEADY })),
      );
      const enabling = bench.setState(endpoint, 'active', later(7));
      for (const { id } of deliveries) {
        let answer = await bench.store.retry(tenant, id, later(7));
        while (answer === 'endpoint_disabled') answer = await bench.store.retry(tenant, id, later(7));
        assert.equal(answer, 'due');
      }
      await enabling;
      const resume = { state: 'pending', dueAt: later(7) } as const;
      const claimed = await bench.store.claimDue(owner, later(7), 10);
      assertSame(
        claimed.deliveries,
        deliveries.map((delivery) => ({ ...delivery, resume })),
      );
      assert.deepEqual(claimed.dueAt, [later(7), later(7), later(7)]);
    });

    it('finds nothing that is unknown or another tenant’s', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const other = await bench.start('other');
      const { delivery } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      const due = await dueAt(bench, owner, endpoint, later(10));
      assert.equal(await bench.store.retry(tenant, newId<DeliveryId>(), STEADY), 'missing');
      assert.equal(await bench.store.retry(tenantId('nobody'), delivery.id, STEADY), 'missing');
      assert.equal(await bench.store.retry(other.tenant, delivery.id, STEADY), 'missing');
      assert.equal(await bench.store.retry(other.tenant, due.id, STEADY), 'missing');
      assert.equal(await bench.store.nextDue(), later(10));
    });

    it('is refused while the endpoint is disabled, in every state', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      const due = await dueAt(bench, owner, endpoint, later(10));
      const leased = await bench.acceptOne(owner, endpoint);
      const paused = await bench.acceptOne(owner, endpoint);
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.release(owner, [{ id: paused.id, to: 'paused', now: STEADY }]);
      for (const { id } of [delivery, due, leased, paused]) {
        assert.equal(await bench.store.retry(tenant, id, STEADY), 'endpoint_disabled');
      }
      assert.equal((await bench.delivery(tenant, delivery.id)).state, 'exhausted');
      assert.equal(await bench.store.nextDue(), later(10));
    });

    it('is refused once the endpoint is deleted', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery, endedAt } = await endedDelivery(bench, owner, endpoint, 'succeeded');
      await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(900));
      assert.equal(await bench.store.retry(tenant, delivery.id, STEADY), 'endpoint_gone');
      const shown = await bench.delivery(tenant, delivery.id);
      assert.deepEqual([shown.state, shown.endedAt], ['succeeded', endedAt]);
    });

    it.onDisk('makes one attempt when many ask at the same time', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      const other = await bench.another();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 === 0 ? bench.store : other).retry(tenant, delivery.id, STEADY),
        ),
      );
      assert.deepEqual(new Set(answers), new Set(['due']));
      assert.deepEqual(ids(await bench.claimDue(owner, STEADY)), [delivery.id]);
      assert.equal((await bench.store.deliveries(tenant, {}, { limit: 10, after: null })).items.length, 1);
    });

    it('goes on from an interrupted manual attempt, which is still owed', async (bench) => {
      const { owner, endpoint, tenant } = await bench.start();
      const { delivery, endedAt } = await endedDelivery(bench, owner, endpoint, 'exhausted');
      await bench.store.retry(tenant, delivery.id, STEADY);
      const again = only(await bench.claimDue(owner, STEADY));
      const { failures, resume } = again;
      const next: Next = { state: 'pending', dueAt: STEADY, failures, interruptions: 1, resume };
      await bench.record(owner, attemptOf(again, { ...FAILED, outcome: 'interrupted', error: 'stopped' }, next));
      const owed = only(await bench.claimDue(owner, STEADY));
      assert.deepEqual(owed.resume, { state: 'exhausted', endedAt });
    });
  });
}

/** A delivery in a final state, and what must be remembered of it. */
export async function endedDelivery(
  bench: Bench,
  owner: OwnerId,
  endpoint: StoredEndpoint,
  state: EndState,
): Promise<{ delivery: LeasedDelivery; endedAt: WallMs; attempts: number; failures: number }> {
  const delivery = await bench.acceptOne(owner, endpoint);
  const endedAt = wallLater(200);
  if (state === 'cancelled') {
    await bench.store.release(owner, [{ id: delivery.id, to: 'cancelled', endedAt }]);
    return { delivery, endedAt, attempts: 0, failures: 0 };
  }
  const [result, next] = state === 'succeeded' ? [SUCCEEDED, DONE] : [FAILED, EXHAUSTED];
  await bench.record(owner, attemptOf(delivery, result, next, { endedAt }));
  return { delivery, endedAt, attempts: 1, failures: next.failures };
}
