// Two transactions that meet, made to happen: one is stopped half way by a plain session.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { LOCK_ENDPOINTS } from '../../src/adapters/postgres/erase.ts';
import { ENDPOINT as RETRIED_ENDPOINT, REVIVE } from '../../src/adapters/postgres/retry.ts';
import { plainArray } from '../../src/adapters/postgres/sql-values.ts';
import { DAY_MS } from '../../src/domain/retention.ts';
import { assertSame, type Bench, eventFor, ids } from '../store-contract/bench.ts';
import {
  attemptOf,
  dueAgain,
  EXHAUSTED,
  FAILED,
  later,
  newEvent,
  STEADY,
  wallLater,
} from '../store-contract/makers.ts';
import { openSharedDatabase, type SharedDatabase } from './shared-database.ts';

describe('a Postgres store whose call meets another transaction', () => {
  let shared: SharedDatabase;
  let bench: Bench;
  let other: Client;

  beforeEach(async () => {
    shared = await openSharedDatabase();
    bench = shared.bench;
    other = new Client({ connectionString: shared.url });
    other.on('error', () => {});
    await other.connect();
  });

  afterEach(async () => {
    await other.end();
    await shared.end();
  });

  /** Resolves when a call of the store waits for a lock, or has ended. */
  async function blocked(call: Promise<unknown>): Promise<void> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    call.then(end, end);
    const waiting = `
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name = 'posthorn'`;
    while (!ended && (await shared.sql(waiting)).length === 0) await delay(2);
  }

  it('does not hold a delivery for an endpoint that is being enabled', async () => {
    const { endpoint, owner } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await bench.setState(endpoint, 'disabled', STEADY);
    await other.query('begin');
    await other.query(`update posthorn.endpoint set state = 'active'`);
    const release = bench.store.release(owner, [{ id: delivery.id, to: 'paused', now: STEADY }]);
    await blocked(release);
    await other.query('commit');
    await release;
    assert.deepEqual(ids(await bench.claimDue(owner, STEADY)), [delivery.id]);
  });

  it('retries a delivery that is still paused although its endpoint is enabled', async () => {
    const { endpoint, owner, tenant } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await bench.setState(endpoint, 'disabled', STEADY);
    await bench.store.release(owner, [{ id: delivery.id, to: 'paused', now: STEADY }]);
    await other.query(`update posthorn.endpoint set state = 'active'`);
    assert.equal(await bench.store.retry(tenant, delivery.id, later(7)), 'due');
    assertSame(await bench.store.claimDue(owner, later(7), 10), {
      deliveries: [{ ...delivery, resume: { state: 'pending', dueAt: later(7) } }],
      dueAt: [later(7)],
      revisions: new Map([[tenant, await bench.revision(tenant)]]),
      nextDue: null,
    });
  });

  it('does not make a delivery due whose endpoint is being disabled', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await bench.record(owner, attemptOf(delivery, FAILED, EXHAUSTED));
    await other.query('begin');
    await other.query(`update posthorn.endpoint set state = 'disabled'`);
    const retry = bench.store.retry(tenant, delivery.id, STEADY);
    await blocked(retry);
    await other.query('commit');
    assert.equal(await retry, 'endpoint_disabled');
  });

  it('erases no event of which a delivery is being made due', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await bench.record(owner, attemptOf(delivery, FAILED, EXHAUSTED));
    const { rows } = await other.query<{ tenant: number }>('select tenant from posthorn.delivery');
    await other.query('begin');
    await other.query(RETRIED_ENDPOINT.text, [endpoint.id]);
    await other.query(REVIVE.text, [plainArray([delivery.id]), rows[0]?.tenant, STEADY, null]);
    const erasing = bench.store.eraseOverdue(tenant, wallLater(DAY_MS), wallLater(2 * DAY_MS), 10);
    await blocked(erasing);
    await other.query('commit');
    assert.deepEqual(await erasing, { looked: 1, erased: 0 });
    assert.deepEqual(ids(await bench.claimDue(owner, STEADY)), [delivery.id]);
  });

  it('makes nothing due of an event that is being erased', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await bench.record(owner, attemptOf(delivery, FAILED, EXHAUSTED));
    await other.query('begin');
    await other.query(LOCK_ENDPOINTS.text, [plainArray([endpoint.id])]);
    await other.query('update posthorn.event set erased_at = 1');
    const retry = bench.store.retry(tenant, delivery.id, STEADY);
    await blocked(retry);
    await other.query('commit');
    assert.equal(await retry, 'erased');
  });

  it('finds what was leased by a call whose answer nobody waits for any more, once that is committed', async () => {
    const { endpoint, owner } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await bench.record(owner, attemptOf(delivery, FAILED, dueAgain(STEADY)));
    await other.query('begin');
    await other.query('select from posthorn.owner where id = $1 for key share', [owner]);
    await other.query(`update posthorn.queue set place = 'leased', due_at = null, owner = $1`, [owner]);
    const reclaim = bench.store.reclaim(owner, [], STEADY);
    await blocked(reclaim);
    await other.query('commit');
    assert.equal(await reclaim, 1);
    assert.deepEqual(ids(await bench.claimDue(owner, STEADY)), [delivery.id]);
  });

  it('does its work again after a deadlock', async () => {
    const { endpoint, owner } = await bench.start();
    const [one, two] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, endpoint)];
    const lock = 'select from posthorn.queue where id = $1 for update';
    // So that Postgres ends the store's transaction and not this one.
    await other.query(`set deadlock_timeout = '1min'`);
    await other.query('begin');
    await other.query(lock, [two.id]);
    const record = bench.record(owner, ...[one, two].map((delivery) => attemptOf(delivery, FAILED, dueAgain(STEADY))));
    await blocked(record);
    await other.query(lock, [one.id]);
    await other.query('commit');
    assert.deepEqual(await record, ['recorded', 'recorded']);
  });

  it('makes no deadlock of batches that hold the same things in opposite orders', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const second = await bench.another();
    const revision = await bench.revision(tenant);
    for (let round = 0; round < 5; round++) {
      const events = Array.from({ length: 150 }, () => eventFor(newEvent(tenant), [endpoint]));
      const groups = events.map((made) => ({ tenantId: tenant, revision, events: [made] }));
      await Promise.all([bench.store.accept(owner, groups), second.accept(owner, groups.toReversed())]);
      const due = dueAgain(STEADY);
      const records = events.map(({ deliveries: [made] }) => {
        if (made === undefined) throw new Error('an event without a delivery');
        return attemptOf({ id: made.id, attempts: 0, resume: null }, FAILED, due);
      });
      await Promise.all([bench.store.record(owner, records), second.record(owner, records.toReversed())]);
    }
    await bench.close();
    const [row] = await shared.sql<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    assert.equal(row?.deadlocks, '0');
  });
});
