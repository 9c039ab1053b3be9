// Removed rows leave the disk: secrets with their endpoint, tombstones with their history, no row for ever.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { type Args, type CallName, perform } from '../../src/adapters/sqlite/calls.ts';
import { Connection } from '../../src/adapters/sqlite/connection.ts';
import { migrate } from '../../src/adapters/sqlite/migrate.ts';
import type { DeliveryId, OwnerId } from '../../src/domain/ids.ts';
import { eventFor } from '../store-contract/bench.ts';
import {
  attemptOf,
  DONE,
  newEndpoint,
  newEvent,
  newId,
  STEADY,
  SUCCEEDED,
  tenantId,
  WALL,
  wallLater,
} from '../store-contract/makers.ts';

const acme = tenantId('acme');

/** A store in memory whose tables can be counted: one tenant, one endpoint, one owner. */
function world() {
  const db = new Connection(new DatabaseSync(':memory:'));
  migrate(db);
  const call = <Name extends CallName>(name: Name, ...args: Args<Name>) => perform(db, name, args);
  const endpoint = newEndpoint(acme);
  const owner = newId<OwnerId>();
  call('putTenant', acme, undefined, WALL);
  call('createEndpoint', endpoint, 10);
  call('join', owner);
  return { call, endpoint, owner, count, rows: () => TABLES.map((table) => [table, count(table)] as const) };

  function count(table: string, where = 'true'): number {
    return db.get<{ count: number }>(`select count(*) as count from ${table} where ${where}`)?.count ?? 0;
  }
}

const TABLES = ['tenant', 'endpoint', 'endpoint_version', 'event', 'queue', 'delivery', 'attempt'];
const NOTHING = TABLES.map((table) => [table, 0] as const);

function accepted({ call, endpoint, owner }: ReturnType<typeof world>) {
  const made = eventFor(newEvent(acme), [endpoint]);
  const revision = call('catalog', acme)?.revision ?? 0;
  call('accept', owner, [{ tenantId: acme, revision, events: [made] }]);
  const id = made.deliveries[0]?.id ?? newId<DeliveryId>();
  return { id, attempts: 0, resume: null };
}

describe('the secrets of an endpoint', () => {
  it('are wiped when it is deleted, by itself or with its tenant', () => {
    const one = world();
    one.call('replaceEndpoint', { ...one.endpoint, version: 2 });
    one.call('deleteEndpoint', acme, one.endpoint.id, WALL);
    assert.equal(one.count('endpoint_version'), 0);
    assert.equal(one.count('endpoint', 'length(url_key) > 0'), 0);
    const other = world();
    other.call('deleteTenant', acme, WALL);
    assert.equal(other.count('endpoint_version'), 0);
    assert.equal(other.count('endpoint', 'length(url_key) > 0'), 0);
  });
});

describe('a deleted tenant', () => {
  it('leaves no row behind once its history is pruned', () => {
    const it = world();
    const [done, open] = [accepted(it), accepted(it)];
    it.call('record', it.owner, [attemptOf(done, SUCCEEDED, DONE)]);
    it.call('deleteTenant', acme, WALL);
    it.call('sweepStep');
    it.call('pruneStep', WALL, 100, null);
    assert.equal(it.count('event'), 1, 'somebody still holds a delivery of the other');
    it.call('release', it.owner, [{ id: open.id, to: 'cancelled', endedAt: WALL }]);
    it.call('pruneStep', WALL, 100, null);
    assert.deepEqual(it.rows(), NOTHING);
  });
});

describe('a late attempt', () => {
  it('is not stored when its delivery is no more: nothing would ever remove it', () => {
    const it = world();
    const done = accepted(it);
    it.call('record', it.owner, [attemptOf(done, SUCCEEDED, DONE)]);
    it.call('pruneStep', wallLater(1e12), 100, null);
    assert.deepEqual(it.call('record', it.owner, [attemptOf(done, SUCCEEDED, DONE)]), ['late']);
    assert.equal(it.count('attempt'), 0);
  });
});

describe('a delivery that came and went', () => {
  it('leaves nothing in the queue, through a manual attempt too', () => {
    const it = world();
    const done = accepted(it);
    it.call('record', it.owner, [attemptOf(done, SUCCEEDED, DONE)]);
    it.call('retry', acme, done.id, STEADY);
    assert.deepEqual([it.count('queue'), it.count('delivery')], [1, 0]);
    it.call('claimDue', it.owner, STEADY, 5);
    const again = { ...done, attempts: 1 };
    it.call('record', it.owner, [attemptOf(again, SUCCEEDED, DONE)]);
    assert.deepEqual([it.count('queue'), it.count('delivery'), it.count('attempt')], [0, 1, 2]);
  });
});
