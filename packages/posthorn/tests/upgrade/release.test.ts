// A database of the release before this one opens with today's program: everything reads as its API told it, secrets open,
// and deliveries go on. On both stores.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { Client } from 'pg';
import { monotonicMs, systemClock } from '../../src/adapters/clock.ts';
import { openPostgresStore } from '../../src/adapters/postgres/index.ts';
import { systemRandom } from '../../src/adapters/random.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts';
import type { Call } from '../../src/domain/call.ts';
import { DEFAULT_SETTINGS } from '../../src/domain/endpoint/settings.ts';
import type { DeliveryId, EndpointId, EventId, TenantId } from '../../src/domain/ids.ts';
import type { CallResult } from '../../src/domain/outcome.ts';
import { headerNamesOf, signatureOf, signingKeyOf } from '../../src/domain/profile.ts';
import { wall } from '../../src/domain/time.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Report } from '../../src/engine/reports.ts';
import { type Store, StoreRefused } from '../../src/seams/store/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type Facts, FIXTURE_KEY, readFacts, readFixture } from './fixture.ts';

const ACME = 'acme' as TenantId;
const RELEASE = '9a890a8';
const MIGRATIONS_OF_RELEASE = 7;
const MIGRATIONS = new URL('../../src/adapters/postgres/migrations/', import.meta.url);

const DONE: CallResult = {
  connectMs: null,
  durationMs: 1,
  repeated: false,
  outcome: 'succeeded',
  response: { status: 204, headers: [], body: new Uint8Array(), truncated: false },
  error: null,
};

interface Opened {
  readonly store: Store;
  readonly facts: Facts;
  remove(): Promise<void>;
}

/** @param change SQL that is run before */
async function openSqlite(change?: string): Promise<Opened> {
  const directory = mkdtempSync(join(tmpdir(), 'posthorn-upgrade-'));
  const file = join(directory, 'posthorn.db');
  writeFileSync(file, readFixture(`${RELEASE}.sqlite.db`));
  if (change !== undefined) {
    const database = new DatabaseSync(file);
    database.exec(change);
    database.close();
  }
  const store = await openSqliteStore({ directory, onDeath: assert.fail });
  const remove = async () => rmSync(directory, { recursive: true });
  return { store, facts: readFacts(`${RELEASE}.sqlite`), remove };
}

/** The tables are made by the release's own migrations, which never change. */
async function openPostgres(change?: string): Promise<Opened> {
  const { url, drop } = await createTestDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create schema posthorn');
  await client.query('create table posthorn.migration (number integer primary key, file text, applied_at timestamptz)');
  const files = readdirSync(MIGRATIONS).sort().slice(0, MIGRATIONS_OF_RELEASE);
  for (const file of files) await client.query(readFileSync(new URL(file, MIGRATIONS), 'utf8'));
  await client.query('set session_replication_role = replica');
  const rows: Record<string, unknown> = JSON.parse(readFixture(`${RELEASE}.postgres.rows`).toString('utf8'));
  for (const [table, content] of Object.entries(rows)) {
    await client.query(`delete from posthorn.${table}`);
    await client.query(
      `insert into posthorn.${table} overriding system value
       select * from json_populate_recordset(null::posthorn.${table}, $1)`,
      [JSON.stringify(content)],
    );
  }
  await client.query(`select setval(pg_get_serial_sequence('posthorn.tenant', 'key'), 100),
    setval(pg_get_serial_sequence('posthorn.endpoint', 'key'), 100), setval('posthorn.catalog_revision', 100)`);
  if (change !== undefined) await client.query(change.replaceAll('tenant', 'posthorn.tenant'));
  await client.end();
  return { store: await openPostgresStore({ url }), facts: readFacts(`${RELEASE}.postgres`), remove: drop };
}

for (const [kind, open] of [
  ['sqlite', openSqlite],
  ['postgres', openPostgres],
] as const) {
  describe(`a database of release ${RELEASE} on ${kind}`, () => {
    it('reads as its API told it, and its deliveries go on', async () => {
      const { store, facts, remove } = await open();
      const boot = { id: 'a boot of the test', monotonicMs: monotonicMs(), wallMs: Date.now() };
      const clock = systemClock(await store.clockOffset(boot));
      const calls: Call[] = [];
      const { promise: recorded, resolve: onRecorded } = Promise.withResolvers<void>();
      const reports: Report[] = [];
      let watched: DeliveryId | undefined;
      const engine = new Engine({
        store,
        sender: {
          send: async (call) => {
            calls.push(call);
            return DONE;
          },
          close: async () => {},
        },
        clock,
        random: systemRandom(),
        settings: {
          endpointConcurrency: 4,
          retentionDays: 30,
          senderProfile: { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/test' },
          encryptionKey: Buffer.from(FIXTURE_KEY, 'base64'),
        },
        report: (report) => {
          reports.push(report);
          if (report.kind === 'attempted' && report.deliveryId === watched) onRecorded();
        },
      });
      try {
        await engine.prepare();
        const renewed = reports.find((report) => report.kind === 'documents_renewed');
        const live = facts.tenants.acme.endpoints.length + facts.tenants.globex.endpoints.length;
        assert.deepEqual(renewed, { kind: 'documents_renewed', renewed: live, unreadable: [] });
        reports.length = 0;
        await engine.prepare();
        assert.deepEqual(reports, [], 'nothing is left to be renewed');

        await checkEndpoints(engine, store, facts);
        await checkHistory(store, facts);

        const created = await engine.createEndpoint(
          ACME,
          { ...DEFAULT_SETTINGS, url: 'https://new.example/', secrets: ['a secret of good length'] },
          'key',
        );
        assert.ok(typeof created === 'object');
        assert.equal(created.version, 1);

        // One of those that wait for their retry, for an hour: a person does not want to.
        const { items } = await store.deliveries(
          ACME,
          { endpointId: facts.ids.failing as EndpointId, states: ['pending'] },
          { limit: 1, after: null },
        );
        const [waiting] = items;
        assert.ok(waiting !== undefined);
        watched = waiting.id;
        assert.equal(await engine.retry(ACME, waiting.id), 'due');
        await engine.start();
        await recorded;
        const call = calls.find(({ url }) => url === `${facts.receiver}/fail`);
        const [, secret] = Object.entries(facts.tenants.acme.secrets).find(
          ([index]) => facts.tenants.acme.endpoints[Number(index)]?.id === facts.ids.failing,
        ) ?? ['', undefined];
        assert.ok(call !== undefined && secret !== undefined);
        const signature = signatureOf(signingKeyOf(secret.secret), call.body);
        assert.ok(call.headers.some(([name, value]) => name === 'x-iadvize-signature' && value === signature));
        assert.equal((await store.delivery(ACME, waiting.id))?.state, 'succeeded');
      } finally {
        await engine.stop(5_000);
        await store.close();
        await remove();
      }
    });

    it('is refused by the name of a tenant whose id is reserved by now', async () => {
      const opening = open(`update tenant set id = '_mine' where id = 'globex'`);
      await assert.rejects(opening, (error) => {
        assert.ok(error instanceof StoreRefused);
        assert.equal(error.code, 'reserved_tenant');
        assert.match(error.message, /whose id is _mine\./);
        return true;
      });
    });
  });
}

async function checkEndpoints(engine: Engine, store: Store, facts: Facts): Promise<void> {
  for (const name of ['acme', 'globex'] as const) {
    const tenantId = name as TenantId;
    const { tenant, endpoints, secrets } = facts.tenants[name];
    assert.equal((await store.tenant(tenantId))?.name, tenant.name);
    const found = await engine.openEndpoints(tenantId, { limit: 100, after: null });
    assert.equal(found.length, endpoints.length);
    for (const [index, one] of found.entries()) {
      const { id, headerNames, enabled, createdAt: _, updatedAt: __, ...settings } = { ...endpoints[index] };
      assert.equal(one.id, id);
      assert.partialDeepStrictEqual(one, settings);
      assert.equal(one.state === 'active', enabled);
      assert.deepEqual(Object.keys(one.headers), headerNames);
      assert.deepEqual({ secret: one.secrets[0], headers: { ...one.headers } }, secrets[index]);
      assert.equal((await store.endpoint(tenantId, one.id))?.host, new URL(one.url).host);
    }
  }
  const changed = await engine.openEndpoint(ACME, facts.ids.well as EndpointId);
  assert.equal(changed?.version, 2);
  assert.equal(await engine.openEndpoint(ACME, facts.ids.removed as EndpointId), undefined);
}

async function checkHistory(store: Store, facts: Facts): Promise<void> {
  for (const name of ['acme', 'globex'] as const) {
    const tenantId = name as TenantId;
    const { events, deliveries, replays } = facts.tenants[name];
    for (const { id, type } of events) assert.equal((await store.event(tenantId, id as EventId))?.type, type);
    for (const told of deliveries) {
      const found = await store.delivery(tenantId, told.id as DeliveryId);
      assert.ok(found !== undefined);
      assert.equal(found.endpointId, told.endpointId);
      // A delivery may have moved on since its state was told, yet never lost an attempt.
      const ids = found.history.map(({ id }) => id);
      assert.deepEqual(
        ids.slice(0, told.attempts.length),
        told.attempts.map(({ id }) => id),
      );
      for (const [index, attempt] of told.attempts.entries()) {
        const { outcome, number, trigger, error } = attempt;
        assert.partialDeepStrictEqual(found.history[index], { outcome, number, trigger, error });
      }
    }
    for (const { id, total } of await store.replays(tenantId, { limit: 10, after: null })) {
      assert.equal(total, replays.find((replay) => replay.id === id)?.total);
    }
  }
  const [since, until] = [wall(Date.parse('2026-11-29T00:00:00Z')), wall(Date.parse('2026-12-02T00:00:00Z'))];
  const tallies = await store.tallies({ kind: 'installation' }, 'day', since, until);
  assert.ok(tallies.reduce((sum, { counts }) => sum + counts.accepted, 0) >= 15);
  assert.ok(tallies.every(({ counts }) => counts.statuses.size === 0));
}
