// Tenants that keep their events for a shorter time than the installation: months of rounds on simulated time.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { eventFor } from '../../../tests/store-contract/bench.ts';
import {
  attemptOf,
  DONE,
  newEndpoint,
  newEvent,
  newId,
  SUCCEEDED,
  tenantId,
} from '../../../tests/store-contract/makers.ts';
import { createMemoryStore } from '../../../tests/support/memory-store.ts';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { DeliveryId, EventId, OwnerId, TenantId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/retention.ts';
import { StoreUnavailable } from '../../seams/store/index.ts';
import type { Report } from '../reports.ts';
import { Retention } from './retention.ts';

const HOUR_MS = 3_600_000;
const ACME = tenantId('acme');

/** An installation that keeps history for 30 days, and what its rounds look at and report. */
async function installation(test: TestContext, ...tenants: readonly (readonly [TenantId, number | null])[]) {
  const time = new SimulatedTime();
  const memory = createMemoryStore();
  test.after(() => memory.close());
  const reports: Report[] = [];
  const calls = { made: 0, looked: 0, refused: false };
  const store = {
    ...memory,
    eraseOverdue: async (...asked: Parameters<typeof memory.eraseOverdue>) => {
      if (calls.refused) throw new StoreUnavailable('busy', 'It took too long.');
      const step = await memory.eraseOverdue(...asked);
      calls.made += 1;
      calls.looked += step.looked;
      return step;
    },
  };
  const owner = newId<OwnerId>();
  await store.join(owner);
  for (const [id, days] of tenants) await store.putTenant(id, undefined, time.wallNow, days);
  new Retention(
    store,
    time.clock(),
    30,
    () => false,
    (one) => reports.push(one),
  ).start();

  return {
    time,
    store,
    reports,
    calls,
    /** Events of a tenant now, each with a delivery that is under way. */
    async post(tenant: TenantId, count: number): Promise<{ readonly id: DeliveryId; readonly event: EventId }[]> {
      const createdAt = time.wallNow;
      const endpoint = newEndpoint(tenant);
      await store.createEndpoint(endpoint, 100);
      const revision = (await store.catalog(tenant))?.revision ?? 0;
      const events = Array.from({ length: count }, () => eventFor(newEvent(tenant, { createdAt }), [endpoint]));
      await store.accept(owner, [{ tenantId: tenant, revision, events }]);
      return events.flatMap(({ event, deliveries }) => deliveries.map(({ id }) => ({ id, event: event.id })));
    },
    async end(deliveries: readonly { readonly id: DeliveryId }[]): Promise<void> {
      const now = { startedAt: time.wallNow, endedAt: time.wallNow };
      const made = deliveries.map(({ id }) => attemptOf({ id, attempts: 0, resume: null }, SUCCEEDED, DONE, now));
      await store.record(owner, made);
    },
    /** How many of these are there, erased or not, and how many of them are erased. */
    async kept(tenant: TenantId, deliveries: readonly { readonly event: EventId }[]): Promise<[number, number]> {
      const events = await Promise.all(deliveries.map(({ event }) => store.event(tenant, event)));
      const stored = events.filter((event) => event !== undefined);
      return [stored.length, stored.filter(({ erasedAt }) => erasedAt !== null).length];
    },
  };
}

describe('a tenant’s own retention', () => {
  it('takes what events told when it is over, and the installation’s takes the rows', async (test) => {
    const { time, reports, post, end, kept } = await installation(test, [ACME, 2]);
    const events = await post(ACME, 250);
    await end(events);
    await time.pass(2 * DAY_MS - HOUR_MS);
    assert.deepEqual(await kept(ACME, events), [250, 0]);
    await time.pass(2 * HOUR_MS);
    assert.deepEqual(await kept(ACME, events), [250, 250]);
    await time.pass(27 * DAY_MS);
    assert.deepEqual(await kept(ACME, events), [250, 250]);
    await time.pass(2 * DAY_MS);
    assert.deepEqual(await kept(ACME, events), [0, 0]);
    assert.deepEqual(reports, [{ kind: 'events_erased', tenantId: ACME, retentionDays: 2, events: 250 }]);
  });

  it('looks once at what has ended, and ever more seldom at what has not', async (test) => {
    const { time, calls, post, end, kept } = await installation(test, [ACME, 1]);
    await end(await post(ACME, 300));
    const pending = await post(ACME, 20);
    await time.pass(11 * DAY_MS);
    const looks = (calls.looked - 300 - 20) / 20;
    // Every hour would be 240 times.
    assert.ok(looks > 10 && looks < 40, `looked ${looks} times`);
    assert.deepEqual(await kept(ACME, pending), [20, 0]);
    await end(pending);
    await time.pass(DAY_MS + 2 * HOUR_MS);
    assert.deepEqual(await kept(ACME, pending), [20, 20]);
    const { looked } = calls;
    await time.pass(5 * DAY_MS);
    assert.equal(calls.looked, looked);
  });

  it('is that tenant’s alone, and counts only as long as it is the smaller number', async (test) => {
    const [equal, longer, without] = ['equal', 'longer', 'without'].map(tenantId);
    assert.ok(equal !== undefined && longer !== undefined && without !== undefined);
    const rows = [
      [ACME, 1],
      [equal, 30],
      [longer, 60],
      [without, null],
    ] as const;
    const { time, reports, calls, post, end, kept } = await installation(test, ...rows);
    const events = new Map<TenantId, Awaited<ReturnType<typeof post>>>();
    for (const [id] of rows) {
      const made = await post(id, 3);
      await end(made);
      events.set(id, made);
    }
    await time.pass(29 * DAY_MS);
    for (const [id] of rows) assert.deepEqual(await kept(id, events.get(id) ?? []), [3, id === ACME ? 3 : 0]);
    await time.pass(2 * DAY_MS);
    for (const [id] of rows) assert.deepEqual(await kept(id, events.get(id) ?? []), [0, 0]);
    assert.deepEqual(reports, [{ kind: 'events_erased', tenantId: ACME, retentionDays: 1, events: 3 }]);
    // A round asks once, and once more if there was something.
    assert.equal(calls.made, 31 * 24 + 1);
  });

  it('goes on in the next round after one that failed', async (test) => {
    const { time, reports, calls, post, end, kept } = await installation(test, [ACME, 1]);
    const events = await post(ACME, 3);
    await end(events);
    calls.refused = true;
    await time.pass(DAY_MS + HOUR_MS);
    assert.deepEqual(
      [reports.at(-1), await kept(ACME, events)],
      [{ kind: 'pruning_failed', message: 'It took too long.' }, [3, 0]],
    );
    calls.refused = false;
    await time.pass(HOUR_MS);
    assert.deepEqual(await kept(ACME, events), [3, 3]);
  });

  it('asks for every tenant that has one, however many there are', async (test) => {
    const many = Array.from({ length: 250 }, (_, index) => [tenantId(`tenant-${index}`), 1] as const);
    const { time, calls } = await installation(test, ...many);
    await time.pass(2 * 60_000);
    assert.equal(calls.made, 250);
  });
});
