// Deleting or enabling an endpoint with very much pending holds nobody up, and is finished even after a crash.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Args, type CallName, perform } from '../../src/adapters/sqlite/calls.ts';
import { callsAsStore } from '../../src/adapters/sqlite/calls-as-store.ts';
import type { Connection } from '../../src/adapters/sqlite/connection.ts';
import { closeFile, openFile } from '../../src/adapters/sqlite/file.ts';
import { inTransaction } from '../../src/adapters/sqlite/transaction.ts';
import type { OwnerId } from '../../src/domain/ids.ts';
import { eventFor } from '../store-contract/bench.ts';
import { later, newEndpoint, newEvent, newId, STEADY, tenantId, WALL } from '../store-contract/makers.ts';
import { dataFolder } from './folder.ts';

const acme = tenantId('acme');
const PENDING = 2_500;

/** A tenant with one endpoint that has thousands of deliveries in its backlog, or paused. */
function crowded(db: Connection, place: 'backlog' | 'paused') {
  const call = <Name extends CallName>(name: Name, ...args: Args<Name>) =>
    inTransaction(db, () => perform(db, name, args));
  const endpoint = newEndpoint(acme);
  const owner = newId<OwnerId>();
  call('putTenant', acme, undefined, WALL);
  call('createEndpoint', endpoint, 10);
  call('join', owner);
  const revision = call('catalog', acme)?.revision ?? 0;
  const born = place === 'paused' ? 'leased' : 'backlog';
  const events = Array.from({ length: PENDING }, () => eventFor(newEvent(acme), [endpoint], born));
  call('accept', owner, [{ tenantId: acme, revision, events }]);
  if (place === 'paused') {
    call('setEndpointState', acme, endpoint.id, 'disabled', STEADY, WALL);
    const paused = events.flatMap(({ deliveries }) =>
      deliveries.map(({ id }) => ({ id, to: 'paused' as const, now: STEADY })),
    );
    call('release', owner, paused);
  }
  return { call, endpoint, owner };
}

const count = (db: Connection, table: string, where: string) =>
  db.get<{ count: number }>(`select count(*) as count from ${table} where ${where}`)?.count;

describe('deleting an endpoint with thousands pending', () => {
  it('lets other calls go between its steps', async (test) => {
    const directory = dataFolder(test);
    const { db } = openFile(directory);
    test.after(() => closeFile(db, directory));
    const { call, endpoint } = crowded(db, 'backlog');
    const names: CallName[] = [];
    const store = callsAsStore(async (name, ...args) => {
      names.push(name);
      return call(name, ...args);
    });
    const deleting = store.deleteEndpoint(acme, endpoint.id, WALL);
    await store.ping();
    assert.equal(await deleting, true);
    assert.ok(names.filter((name) => name === 'sweepStep').length >= 3);
    assert.ok(names.indexOf('nextDue') < names.lastIndexOf('sweepStep'));
    assert.equal(count(db, 'delivery', 'state = 3'), PENDING);
    assert.equal(count(db, 'queue', 'true'), 0);
  });

  it('is finished by the next start when the process dies in between', (test) => {
    const directory = dataFolder(test);
    const first = openFile(directory).db;
    const { call, endpoint } = crowded(first, 'backlog');
    call('deleteEndpoint', acme, endpoint.id, WALL);
    assert.equal(call('sweepStep'), true);
    assert.ok((count(first, 'queue', 'true') ?? 0) > 0);
    closeFile(first, directory);
    const { db } = openFile(directory);
    test.after(() => closeFile(db, directory));
    assert.deepEqual([count(db, 'queue', 'true'), count(db, 'delivery', 'state = 3')], [0, PENDING]);
    assert.equal(count(db, 'sweep', 'true'), 0);
  });
});

describe('enabling an endpoint with thousands paused', () => {
  it('stops where it is when the endpoint is disabled again, and goes on when it is enabled', (test) => {
    const directory = dataFolder(test);
    const { db } = openFile(directory);
    test.after(() => closeFile(db, directory));
    const { call, endpoint } = crowded(db, 'paused');
    call('setEndpointState', acme, endpoint.id, 'active', later(1), WALL);
    assert.equal(call('sweepStep'), true);
    call('setEndpointState', acme, endpoint.id, 'disabled', later(2), WALL);
    const paused = count(db, 'queue', 'place = 3') ?? 0;
    assert.ok(paused > 0 && paused < PENDING);
    assert.equal(call('sweepStep'), false);
    assert.equal(count(db, 'queue', 'place = 3'), paused);
    call('setEndpointState', acme, endpoint.id, 'active', later(3), WALL);
    while (call('sweepStep'));
    assert.equal(count(db, 'queue', 'place = 3'), 0);
    assert.equal(count(db, 'queue', `place = 1 and due = ${later(3)}`), paused);
  });
});
