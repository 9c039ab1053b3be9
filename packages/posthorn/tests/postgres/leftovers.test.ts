// Leftovers of a crash half way, rows that nothing leads to any more, and moves of more rows than one transaction should touch.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { OwnerId, TenantId } from '../../src/domain/ids.ts';
import type { StoredEndpoint } from '../../src/seams/store/registry.ts';
import { type Bench, eventFor, ids } from '../store-contract/bench.ts';
import { attemptOf, DONE, later, newEvent, STEADY, SUCCEEDED, WALL, wallLater } from '../store-contract/makers.ts';
import { openSharedDatabase, type SharedDatabase } from './shared-database.ts';

/** More than a slice of a sweep. */
const MANY = 2_500;
const TABLES = ['tenant', 'endpoint', 'event', 'queue', 'delivery', 'attempt'];
/** So late that everything is old. */
const AFTER_ALL = wallLater(1e12);

describe('what is left in Postgres', () => {
  let shared: SharedDatabase;
  let bench: Bench;

  beforeEach(async () => {
    shared = await openSharedDatabase();
    bench = shared.bench;
  });

  afterEach(() => shared.end());

  async function count(table: string, where = 'true'): Promise<number> {
    const [row] = await shared.sql<{ count: string }>(`select count(*) as count from posthorn.${table} where ${where}`);
    return Number(row?.count);
  }

  async function acceptMany(tenant: TenantId, endpoint: StoredEndpoint, owner: OwnerId): Promise<void> {
    const revision = await bench.revision(tenant);
    for (let index = 0; index < MANY; index += 500) {
      const events = Array.from({ length: 500 }, () => eventFor(newEvent(tenant), [endpoint], 'backlog'));
      await bench.store.accept(owner, [{ tenantId: tenant, revision, events }]);
    }
  }

  async function prune(): Promise<void> {
    while ((await bench.store.prune(AFTER_ALL, 100)) > 0);
  }

  it('is no secret of a deleted endpoint', async () => {
    const { tenant, endpoint } = await bench.start();
    await bench.store.replaceEndpoint({ ...endpoint, version: 2 });
    await bench.store.deleteEndpoint(tenant, endpoint.id, WALL);
    assert.equal(await count('endpoint_version'), 0);
    assert.equal(await count('endpoint', 'length(url_key) > 0'), 0);
    const other = await bench.start('other');
    await bench.store.deleteTenant(other.tenant, WALL);
    assert.equal(await count('endpoint_version'), 0);
    assert.equal(await count('endpoint', 'length(url_key) > 0'), 0);
  });

  it('is no row of a deleted tenant once its history is pruned', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const [done, open] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, endpoint)];
    await bench.record(owner, attemptOf(done, SUCCEEDED, DONE));
    await bench.store.deleteTenant(tenant, WALL);
    await prune();
    assert.equal(await count('event'), 1, 'somebody still holds a delivery of the other');
    await bench.store.release(owner, [{ id: open.id, to: 'cancelled', endedAt: WALL }]);
    await prune();
    for (const table of TABLES) assert.equal(await count(table), 0, table);
  });

  it('is no late attempt of a delivery that is no more, yet those of what is kept', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const [gone, kept] = [await bench.acceptOne(owner, endpoint), await bench.acceptOne(owner, endpoint)];
    await bench.record(owner, attemptOf(gone, SUCCEEDED, DONE));
    await prune();
    assert.deepEqual(await bench.record(owner, attemptOf(gone, SUCCEEDED, DONE)), ['late']);
    await bench.record(owner, attemptOf(kept, SUCCEEDED, DONE, { number: 7 }));
    await bench.record(owner, attemptOf(kept, SUCCEEDED, DONE, { endedAt: AFTER_ALL }));
    await prune();
    assert.equal(await count('attempt'), 2);
    assert.equal((await bench.delivery(tenant, kept.id)).history.length, 2);
  });

  it('is nothing paused once somebody enables the endpoint again, whose enabling was interrupted', async () => {
    const { endpoint, owner } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await shared.sql(`update posthorn.queue set place = 'paused', owner = null`);
    await bench.setState(endpoint, 'active', STEADY);
    assert.deepEqual(ids(await bench.claimDue(owner, later(1))), [delivery.id]);
  });

  it('is no tombstone of an endpoint for ever', async () => {
    const { tenant, endpoint } = await bench.start();
    await bench.store.deleteEndpoint(tenant, endpoint.id, WALL);
    await prune();
    assert.equal(await count('endpoint'), 0);
  });

  it('stranded by a crash while an endpoint was enabled or deleted is moved on by pruning', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const [deleted, disabled] = [await bench.endpoint(tenant), await bench.endpoint(tenant)];
    const [due, cancelled, paused] = [
      await bench.acceptOne(owner, endpoint),
      await bench.acceptOne(owner, deleted),
      await bench.acceptOne(owner, disabled),
    ];
    await bench.setState(disabled, 'disabled', STEADY);
    await bench.store.deleteEndpoint(tenant, deleted.id, wallLater(900));
    await bench.store.beat(owner, later(70));
    await shared.sql(`update posthorn.queue set place = 'paused', owner = null`);
    await bench.store.prune(WALL, 100);
    const [one, two, three] = [
      await bench.delivery(tenant, due.id),
      await bench.delivery(tenant, cancelled.id),
      await bench.delivery(tenant, paused.id),
    ];
    assert.deepEqual([one.state, one.nextAttemptAt], ['pending', later(70)]);
    assert.deepEqual([two.state, two.endedAt], ['cancelled', wallLater(900)]);
    assert.deepEqual([three.state, three.nextAttemptAt], ['pending', null]);
    assert.equal(await bench.store.prune(WALL, 100), 0);
  });

  it('stranded before the first heartbeat is due at the time of the database, not since 1970', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    const delivery = await bench.acceptOne(owner, endpoint);
    await shared.sql(`update posthorn.queue set place = 'paused', owner = null`);
    const before = Date.now();
    await bench.store.prune(WALL, 100);
    const { nextAttemptAt } = await bench.delivery(tenant, delivery.id);
    assert.ok(nextAttemptAt !== null && Math.abs(nextAttemptAt - before) < 60_000, `due at ${nextAttemptAt}`);
  });

  it('is nothing of thousands that wait for an endpoint that is deleted', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    await acceptMany(tenant, endpoint, owner);
    const leased = await bench.claimBacklog(owner, endpoint.id, 5);
    await bench.store.deleteEndpoint(tenant, endpoint.id, wallLater(1));
    assert.equal(await count('delivery', `state = 'cancelled'`), MANY - 5);
    assert.deepEqual(ids(await shared.sql<{ id: string }>('select id from posthorn.queue order by id')), ids(leased));
  });

  it('is nothing of thousands that are paused for an endpoint that is enabled', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    await acceptMany(tenant, endpoint, owner);
    await bench.setState(endpoint, 'disabled', STEADY);
    await shared.sql(`update posthorn.queue set place = 'paused'`);
    await bench.setState(endpoint, 'active', later(5));
    assert.equal(await count('queue', `place = 'due' and due_at = ${later(5)}`), MANY);
  });

  it('is nothing of thousands that a dead process had leased', async () => {
    const { tenant, endpoint, owner } = await bench.start();
    for (let round = 0; round < 3; round++) await acceptMany(tenant, endpoint, owner);
    await shared.sql(`update posthorn.queue set place = 'leased', owner = $1`, [owner]);
    const heir = await bench.owner();
    assert.deepEqual(await bench.store.takeOver(heir, { owner, beat: 1 }, STEADY), []);
    assert.equal(await count('queue', `place = 'due' and suspect`), 3 * MANY);
    await shared.sql(`update posthorn.queue set place = 'leased', owner = $1, due_at = null`, [heir]);
    assert.equal(await bench.store.reclaim(heir, [], later(1)), 3 * MANY);
  });
});
