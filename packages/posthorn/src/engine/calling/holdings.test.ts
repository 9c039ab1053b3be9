import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Dice } from '../../../tests/support/dice.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { LeasedDelivery } from '../../domain/delivery.ts';
import { type DeliveryId, type EndpointId, type EventId, makeId, type TenantId } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { DueNotice } from '../due-notice.ts';
import { StoreHealth } from '../store-health.ts';
import { Holdings } from './holdings.ts';

/** Holdings on a store that takes a second to say what it gave back. */
function holding(test: TestContext) {
  const time = new SimulatedTime();
  const dice = new Dice(1);
  const doubted: number[] = [];
  const settled: number[] = [];
  const asked: { readonly at: number; readonly leased: readonly DeliveryId[] }[] = [];
  const start = time.now;
  const memory = createMemoryStore();
  test.after(() => memory.close());
  const store = {
    ...memory,
    reclaim: async (_: unknown, leased: readonly DeliveryId[]) => {
      asked.push({ at: time.now - start, leased });
      await time.sleep(1_000);
      return 0;
    },
  };
  const due = new DueNotice();
  due.tell({
    mayClaim: () => doubted.push(time.now - start),
    lookAround: () => settled.push(time.now - start),
  });
  const health = new StoreHealth(time.clock(), () => {});
  const holdings = new Holdings(store, time.clock(), dice.random(), health, due);
  const delivery = (): LeasedDelivery => {
    const now = wall(time.now);
    return {
      id: makeId<DeliveryId>(now, dice.random().bytes(10)),
      endpointId: makeId<EndpointId>(now, dice.random().bytes(10)),
      event: {
        id: makeId<EventId>(now, dice.random().bytes(10)),
        tenantId: 'acme' as TenantId,
        type: 'order.created',
        createdAt: now,
        body: new Uint8Array(),
      },
      attempts: 0,
      failures: 0,
      interruptions: 0,
      resume: null,
      suspect: false,
    };
  };
  return { time, holdings, asked, doubted, settled, delivery };
}

describe('a doubt about what is leased', () => {
  it('comes up once more two minutes after a call that leases was not answered: it may have been late only', async (test) => {
    const { time, holdings, asked, doubted, settled } = holding(test);
    const silent = () => Promise.reject(new StoreUnavailable('unreachable', 'no answer'));
    await assert.rejects(holdings.lease(silent), StoreUnavailable);
    const first = holdings.settle();
    await time.pass(1_000);
    await first;
    await time.pass(119_000);
    assert.deepEqual([doubted, settled, asked.length], [[0, 120_000], [1_000], 1]);
  });

  it('is told once, and settled by asking the store once, however often it comes up before', async (test) => {
    const { time, holdings, asked, doubted, delivery } = holding(test);
    const leased = delivery();
    holdings.add(leased, { since: 'due', at: time.now });
    for (let n = 0; n < 3; n++) holdings.doubt();
    const settled = Promise.all([holdings.settle(), holdings.settle()]);
    await time.pass(10_000);
    await settled;
    await holdings.settle();
    assert.deepEqual([doubted, asked], [[0], [{ at: 0, leased: [leased.id] }]]);
  });

  it('that comes up while the store is asked is settled by asking again, for what is leased then', async (test) => {
    const { time, holdings, asked, delivery } = holding(test);
    const [kept, dropped] = [delivery(), delivery()];
    for (const one of [kept, dropped]) holdings.add(one, { since: 'due', at: time.now });
    holdings.doubt();
    const settled = holdings.settle();
    await time.pass(500);
    holdings.remove(dropped);
    holdings.doubt();
    await time.pass(10_000);
    await settled;
    assert.deepEqual(asked, [
      { at: 0, leased: [kept.id, dropped.id] },
      { at: 1_000, leased: [kept.id] },
    ]);
  });

  it('that comes up as a lease begins is settled after it, for what it has leased', async (test) => {
    const { time, holdings, asked, delivery } = holding(test);
    const leased = delivery();
    const lease = holdings.lease(async () => {
      await time.sleep(2_000);
      holdings.add(leased, { since: 'due', at: time.now });
    });
    holdings.doubt();
    const settled = holdings.settle();
    await time.pass(10_000);
    await Promise.all([lease, settled]);
    assert.deepEqual(asked, [{ at: 2_000, leased: [leased.id] }]);
  });

  it('that comes up as an earlier one is settled is settled before a lease that waited for that', async (test) => {
    const { time, holdings, asked } = holding(test);
    const begun: number[] = [];
    const start = time.now;
    holdings.doubt();
    const again = holdings.settle().then(() => {
      holdings.doubt();
      return holdings.settle();
    });
    const lease = holdings.lease(async () => {
      begun.push(time.now - start);
    });
    await time.pass(10_000);
    await Promise.all([lease, again]);
    assert.deepEqual([asked.map(({ at }) => at), begun], [[0, 1_000], [2_000]]);
  });
});
