// Connections that break, servers that die, replies that get lost: errors say so, nothing acknowledged is lost, and the store
// goes on by itself.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openPostgresStore } from '../../src/adapters/postgres/index.ts';
import type { EventId } from '../../src/domain/ids.ts';
import { StoreUnavailable } from '../../src/seams/store/index.ts';
import type { AcceptGroup } from '../../src/seams/store/queue.ts';
import { Bench, eventFor, ids } from '../store-contract/bench.ts';
import { newEvent, STEADY } from '../store-contract/makers.ts';
import { startPostgres } from '../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { openSharedDatabase, type SharedDatabase } from './shared-database.ts';

/** A half-open connection must be noticed within this time. */
const NOTICE_MS = 10_000;

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.message.length > 40;
}

describe('a Postgres store whose sessions are ended', () => {
  let shared: SharedDatabase;

  beforeEach(async () => {
    shared = await openSharedDatabase();
  });

  afterEach(() => shared.end());

  it('rejects with StoreUnavailable, recovers by itself and has lost nothing it acknowledged', async () => {
    const { bench, sql } = shared;
    const { tenant, endpoint, owner } = await bench.start();
    const revision = await bench.revision(tenant);
    const accepted: EventId[] = [];
    let failures = 0;
    let ended = false;
    const produce = async () => {
      while (!ended) {
        const made = eventFor(newEvent(tenant), [endpoint]);
        try {
          const [result] = await bench.store.accept(owner, [{ tenantId: tenant, revision, events: [made] }]);
          assert.equal(result?.kind, 'accepted');
          accepted.push(made.event.id);
        } catch (error) {
          assert.ok(isUnavailable(error), String(error));
          failures += 1;
        }
      }
    };
    const end = async () => {
      while (failures < 10) {
        const wanted = accepted.length + 5;
        await sql(`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'posthorn'`);
        while (accepted.length < wanted) await delay(1);
      }
      ended = true;
    };
    await Promise.all([end(), produce(), produce(), produce(), produce()]);
    const rows = await sql<{ id: EventId }>('select id from posthorn.event');
    const stored = new Set(rows.map(({ id }) => id));
    assert.deepEqual(
      accepted.filter((id) => !stored.has(id)),
      [],
    );
    await bench.store.ping();
  });

  it('refuses to write where the server is read-only, and says so', async () => {
    const { bench, sql } = shared;
    const { tenant, endpoint, owner } = await bench.start();
    const [{ name } = { name: '' }] = await sql<{ name: string }>('select current_database() as name');
    await sql(`alter database ${name} set default_transaction_read_only = on`);
    await bench.reopen();
    assert.equal((await bench.store.tenant(tenant))?.id, tenant);
    const isReadOnly = (error: unknown) => {
      assert.ok(error instanceof StoreUnavailable);
      assert.equal(error.code, 'read_only');
      assert.match(error.message, /Point Posthorn at the primary/);
      return true;
    };
    await assert.rejects(bench.store.ping(), isReadOnly);
    await assert.rejects(bench.acceptOne(owner, endpoint), isReadOnly);
  });
});

describe('a Postgres store behind a bad network', () => {
  let proxy: TcpProxy;
  let shared: SharedDatabase;

  beforeEach(async () => {
    shared = await openSharedDatabase();
    const { hostname, port } = new URL(shared.url);
    proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  });

  afterEach(async () => {
    await shared.end();
    await proxy.close();
  });

  function throughProxy(): string {
    const url = new URL(shared.url);
    url.host = `127.0.0.1:${proxy.port}`;
    return url.href;
  }

  it('notices a connection that has gone silent, and goes on when the network is back', async () => {
    const store = await openPostgresStore({ url: throughProxy() });
    await store.ping();
    proxy.silence();
    const beganMs = performance.now();
    await assert.rejects(store.ping(), isUnavailable);
    assert.ok(performance.now() - beganMs < NOTICE_MS);
    proxy.restore();
    await store.ping();
    await store.close();
  });

  it('stores an event once whose acknowledgement was lost, and gives its delivery back', async () => {
    const { bench, sql } = shared;
    const { tenant, endpoint, owner } = await bench.start();
    const store = await openPostgresStore({ url: throughProxy() });
    await store.ping();
    const made = eventFor(newEvent(tenant), [endpoint]);
    const group: AcceptGroup = { tenantId: tenant, revision: await bench.revision(tenant), events: [made] };
    proxy.mute();
    const lost = store.accept(owner, [group]);
    lost.catch(() => {});
    while ((await sql('select from posthorn.event')).length === 0) await delay(2);
    proxy.restore();
    proxy.cut();
    await assert.rejects(lost, isUnavailable);
    const [again] = await store.accept(owner, [group]);
    assert.ok(again?.kind === 'accepted' && again.events[0]?.existing === true);
    assert.deepEqual(ids(again.events[0].deliveries), ids(made.deliveries));
    assert.equal(await store.reclaim(owner, [], STEADY), 1);
    assert.deepEqual(ids((await store.claimDue(owner, STEADY, 10)).deliveries), ids(made.deliveries));
    await store.close();
  });
});

describe('a Postgres store whose server is killed', () => {
  it('has on disk what it acknowledged, although the server would acknowledge sooner', async () => {
    // Off, what is committed reaches the disk when the WAL writer wakes up: here, not before the server is dead.
    const server = await startPostgres({ synchronous_commit: 'off', wal_writer_delay: '10s' });
    try {
      const bench = new Bench({ open: () => openPostgresStore({ url: server.url }), dispose: () => server.remove() });
      await bench.open();
      const { tenant, endpoint, owner } = await bench.start();
      const acknowledged: EventId[] = [];
      const revision = await bench.revision(tenant);
      const accept = async () => {
        const made = eventFor(newEvent(tenant), [endpoint]);
        await bench.store.accept(owner, [{ tenantId: tenant, revision, events: [made] }]);
        acknowledged.push(made.event.id);
      };
      for (let index = 0; index < 5; index++) await accept();
      await server.kill();
      // Work that a session still acknowledges before it notices counts, too.
      await assert.rejects(async () => {
        for (;;) await accept();
      }, isUnavailable);
      await server.start();
      await bench.store.ping();
      for (const id of acknowledged) assert.ok((await bench.store.event(tenant, id)) !== undefined, `${id} is lost`);
      assert.ok((await bench.store.reclaim(owner, [], STEADY)) >= acknowledged.length);
      await bench.close();
    } finally {
      await server.remove();
    }
  });
});
