// Lists stay fast with any amount of history: each statement walks an index in the list's order, and one that filters looks
// at a bounded number of rows before it lets others go first.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { type Args, type CallName, perform } from '../../src/adapters/sqlite/calls.ts';
import { callsAsStore } from '../../src/adapters/sqlite/calls-as-store.ts';
import { BACKLOG, BACKLOGS, DUE, NEXT_DUE } from '../../src/adapters/sqlite/claim.ts';
import { Connection } from '../../src/adapters/sqlite/connection.ts';
import { DELIVERY_OF_ATTEMPT } from '../../src/adapters/sqlite/deliveries.ts';
import { OVERDUE_EVENTS, POSTPONED_EVENTS } from '../../src/adapters/sqlite/erase.ts';
import { EVENTS, EVENTS_BOUND, EVENTS_OF_TYPE } from '../../src/adapters/sqlite/history.ts';
import { migrate } from '../../src/adapters/sqlite/migrate.ts';
import { COUNTS_OF_ENDPOINT, COUNTS_OF_ENDPOINTS } from '../../src/adapters/sqlite/pending.ts';
import { OLD_EVENTS, REMOVE_DELIVERY } from '../../src/adapters/sqlite/prune.ts';
import { SEARCH, SEARCH_TYPES } from '../../src/adapters/sqlite/replay-search.ts';
import { DUE_PARTS, DUE_REPLAY, NEXT_LOOK, NEXT_STEP, OUTSTANDING } from '../../src/adapters/sqlite/replay-step.ts';
import { CHART, LAST_OLD, REMOVE_OLD } from '../../src/adapters/sqlite/tallies.ts';
import { TENANTS_WITH_RETENTION } from '../../src/adapters/sqlite/tenants.ts';
import { NAMED_IN_QUEUE, QUEUED_UNTIL, REMOVE_TOMBSTONES, TOMBSTONES } from '../../src/adapters/sqlite/tombstones.ts';
import { TOTAL, WORST, WORST_OF_TENANT } from '../../src/adapters/sqlite/troubles.ts';
import type { DeliveryId, EventId, OwnerId } from '../../src/domain/ids.ts';
import type { DeliveryFilter, DeliverySummary, Listed } from '../../src/seams/store/history.ts';
import { eventFor } from '../store-contract/bench.ts';
import {
  attemptOf,
  DONE,
  newEndpoint,
  newEvent,
  newId,
  SUCCEEDED,
  tenantId,
  WALL,
  wallLater,
} from '../store-contract/makers.ts';

/** @param note is told every statement that is prepared */
function connection(note?: (sql: string) => void): Connection {
  const sqlite = new DatabaseSync(':memory:');
  if (note !== undefined) {
    const prepare = sqlite.prepare.bind(sqlite);
    sqlite.prepare = (sql, ...options) => {
      note(sql);
      return prepare(sql, ...options);
    };
  }
  const db = new Connection(sqlite);
  migrate(db);
  return db;
}

describe('the plan of a list', () => {
  for (const [name, sql, index] of [
    [
      'events',
      EVENTS,
      'SEARCH event USING COVERING INDEX event_by_time (tenant=? AND created_at>? AND (created_at,id)<(?,?))',
    ],
    [
      'how far events of a type are looked for',
      EVENTS_BOUND,
      'SEARCH event USING COVERING INDEX event_by_time (tenant=? AND created_at>? AND (created_at,id)<(?,?))',
    ],
    [
      'events of a type',
      EVENTS_OF_TYPE,
      'SEARCH event USING COVERING INDEX event_by_time (tenant=? AND created_at>? AND (created_at,id)<(?,?))',
    ],
    ['the delivery of an attempt', DELIVERY_OF_ATTEMPT, 'COVERING INDEX attempt_by_id (id=?)'],
    ['a chart', CHART, 'SEARCH tally USING PRIMARY KEY (tier=? AND at=? AND tenant=? AND endpoint=?)'],
    ['the worst endpoints', WORST, 'SEARCH tally USING COVERING INDEX tally_trouble (tier=? AND at=?)'],
    [
      'the worst endpoints of a tenant',
      WORST_OF_TENANT,
      'SEARCH tally USING COVERING INDEX tally_trouble_of_tenant (tier=? AND at=? AND tenant=?)',
    ],
    [
      'what is counted of an endpoint',
      TOTAL,
      'SEARCH tally USING PRIMARY KEY (tier=? AND at=? AND tenant=? AND endpoint=?)',
    ],
    ['tallies to prune', LAST_OLD, 'SEARCH tally USING PRIMARY KEY (tier=? AND at<?)'],
    ['the removal of tallies', REMOVE_OLD, 'SEARCH tally USING PRIMARY KEY (tier=? AND (at,tenant,endpoint)<(?,?,?))'],
    [
      'what is due to an endpoint',
      COUNTS_OF_ENDPOINT,
      'SEARCH queue USING COVERING INDEX queue_due_of_endpoint (endpoint=?)',
    ],
    [
      'what is due to some endpoints of a tenant',
      COUNTS_OF_ENDPOINTS,
      'SEARCH queue USING COVERING INDEX queue_due_of_endpoint (endpoint=?)',
    ],
    [
      'which endpoints of a tenant those are',
      COUNTS_OF_ENDPOINTS,
      'SEARCH endpoint USING INDEX endpoint_live (tenant=? AND id>?)',
    ],
    ['tenants that keep events for a shorter time', TENANTS_WITH_RETENTION, 'USING INDEX tenant_retention (id>?)'],
    [
      'events to erase',
      OVERDUE_EVENTS,
      'SEARCH event USING COVERING INDEX event_by_time (tenant=? AND (created_at,id)>',
    ],
    [
      'events to look at again',
      POSTPONED_EVENTS,
      'SEARCH erasure_later USING COVERING INDEX erasure_later_due (tenant=? AND look_at<?)',
    ],
    ['events to prune', OLD_EVENTS, 'event_by_time (tenant=? AND '],
    [
      'the removal of a delivery',
      REMOVE_DELIVERY,
      'SEARCH delivery USING PRIMARY KEY (endpoint=? AND state=? AND id=?)',
    ],
    [
      'endpoints deleted long ago',
      TOMBSTONES,
      'SEARCH endpoint USING COVERING INDEX endpoint_deleted (deleted_at>? AND deleted_at<?)',
    ],
    ['whether history names them', TOMBSTONES, 'SEARCH delivery USING PRIMARY KEY (endpoint=?)'],
    ['whether a replay names them', TOMBSTONES, 'SEARCH replay USING COVERING INDEX replay_of_endpoint (endpoint=?)'],
    ['a part of the queue', QUEUED_UNTIL, 'SEARCH queue USING PRIMARY KEY (id>?)'],
    ['whom a part of the queue names', NAMED_IN_QUEUE, 'SEARCH queue USING PRIMARY KEY (id>? AND id<?)'],
    ['the removal of endpoints', REMOVE_TOMBSTONES, 'SEARCH endpoint USING INTEGER PRIMARY KEY (rowid=?)'],
    ['deliveries to replay', SEARCH, 'SEARCH delivery USING PRIMARY KEY (endpoint=? AND state=? AND id>? AND id<?)'],
    [
      'deliveries of some types to replay',
      SEARCH_TYPES,
      'SEARCH delivery USING PRIMARY KEY (endpoint=? AND state=? AND id>? AND id<?)',
    ],
    ['the replay whose turn it is', DUE_REPLAY, 'SEARCH replay USING INDEX replay_due (due>? AND due<?)'],
    ['the next step of a replay', NEXT_STEP, 'SEARCH replay USING COVERING INDEX replay_due'],
    ['the endpoints of a replay', DUE_PARTS, 'SEARCH replay_part USING INDEX replay_part_due (replay=? AND due<?)'],
    ['the next look of a replay', NEXT_LOOK, 'SEARCH replay_part USING COVERING INDEX replay_part_due (replay=?)'],
    [
      'what a replay has outstanding',
      OUTSTANDING,
      'SEARCH queue USING COVERING INDEX queue_replay (replay=? AND endpoint=?)',
    ],
    ['what is due', DUE, 'SEARCH queue USING INDEX queue_due (due<?)'],
    ['the next due time', NEXT_DUE, 'SEARCH queue USING COVERING INDEX queue_due'],
    ['a backlog', BACKLOG, 'SEARCH queue USING INDEX queue_backlog (endpoint=?)'],
    ['endpoints with a backlog', BACKLOGS, 'SEARCH queue USING COVERING INDEX queue_backlog (endpoint>?)'],
  ] as const) {
    it(`${name} walks its index and sorts nothing`, () => {
      const plan = connection()
        .all<{ detail: string }>(`explain query plan ${sql}`)
        .map(({ detail }) => detail);
      assert.ok(
        plan.some((line) => line.includes(index)),
        plan.join('\n'),
      );
      assert.ok(!plan.some((line) => line.includes('TEMP B-TREE')), plan.join('\n'));
      const scanned = /^SCAN (queue|event|delivery|attempt|tally|replay|replay_part)$/;
      assert.ok(!plan.some((line) => scanned.test(line)), plan.join('\n'));
    });
  }
});

describe('a list that has to look for long', () => {
  const acme = tenantId('acme');
  const rare = 'rare.one';
  const EVENTS_STORED = 21_000;

  /** Thousands of events of one tenant, two in a thousand rare, one in twenty seldom; the newer half of their deliveries ended, the older half pending. */
  async function longHistory(everyMs = 1_000) {
    const db = connection();
    const counts = new Map<CallName, number>();
    const store = callsAsStore(async <Name extends CallName>(name: Name, ...args: Args<Name>) => {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return perform(db, name, args);
    });
    const owner = newId<OwnerId>();
    const endpoint = newEndpoint(acme);
    await store.putTenant(acme, undefined, WALL);
    await store.createEndpoint(endpoint, 10);
    await store.join(owner);
    const revision = (await store.catalog(acme))?.revision ?? 0;
    const events = Array.from({ length: EVENTS_STORED }, (_, index) => {
      const type = index % 1_000 < 2 ? rare : index % 20 === 5 ? 'seldom' : 'usual';
      return eventFor(newEvent(acme, { type, createdAt: wallLater(index * everyMs) }), [endpoint]);
    });
    const groups = events.map((made) => ({ tenantId: acme, revision, events: [made] }));
    db.exec('begin');
    await store.accept(owner, groups);
    const ended = events.flatMap(({ deliveries }, index) => (index >= EVENTS_STORED / 2 ? deliveries : []));
    const records = ended.map(({ id }) => attemptOf({ id, attempts: 0, resume: null }, SUCCEEDED, DONE));
    await store.record(owner, records);
    db.exec('commit');
    const wanted = events.filter(({ event }) => event.type === rare).toReversed();
    const seldom = events.filter(({ event }) => event.type === 'seldom').toReversed();
    return { db, store, counts, wanted, seldom, endpoint };
  }

  for (const everyMs of [1_000, 2]) {
    it(`finds every delivery, in order, of events ${everyMs} ms apart`, async () => {
      const { store, counts, wanted, seldom, endpoint } = await longHistory(everyMs);
      const ids: DeliveryId[] = wanted.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
      assert.equal(ids.length, 42);
      for (const filter of [{ eventType: rare }, { eventType: rare, endpointId: endpoint.id }]) {
        counts.clear();
        const found = (await store.deliveries(acme, filter, { limit: 100, after: null })).items;
        assert.deepEqual(
          found.map(({ id }) => id),
          ids,
        );
        const pages: DeliveryId[] = [];
        for (let after: DeliveryId | null = null; pages.length < ids.length; ) {
          const page = (await store.deliveries(acme, filter, { limit: 10, after })).items;
          pages.push(...page.map(({ id }) => id));
          after = pages.at(-1) ?? null;
        }
        assert.deepEqual(pages, ids);
      }
      counts.clear();
      const all = (await store.deliveries(acme, { eventType: 'seldom' }, { limit: 2_000, after: null })).items;
      assert.deepEqual(
        all.map(({ id }) => id),
        seldom.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)),
      );
      assert.ok((counts.get('deliveriesStep') ?? 0) > 1, 'others may go first between the steps');
      const page = { limit: 100, after: null };
      assert.equal((await store.deliveries(acme, { eventType: rare, states: ['succeeded'] }, page)).items.length, 20);
      assert.equal((await store.deliveries(acme, { eventType: rare, states: ['pending'] }, page)).items.length, 22);
      assert.deepEqual((await store.deliveries(acme, { eventType: rare, states: ['exhausted'] }, page)).items, []);
      const early = (await store.deliveries(acme, { eventType: rare, until: wallLater(3_000 * everyMs) }, page)).items;
      assert.deepEqual(
        early.map(({ id }) => id),
        ids.slice(-6),
      );
      const usual = (await store.deliveries(acme, { eventType: 'usual' }, page)).items;
      assert.equal(usual.length, 100);
      assert.ok(usual.every(({ eventType }) => eventType === 'usual'));
    });
  }

  it('ends a search after a bounded number of rows, and goes on from there when it is asked to', async () => {
    const { db, store, counts, endpoint } = await longHistory();
    const [known] = (await store.deliveries(acme, { states: ['succeeded'] }, { limit: 1, after: null })).items;
    assert.ok(known !== undefined);
    db.exec(`
      insert into delivery (endpoint, state, id, tenant, event, attempts, failures, interruptions, ended_at, type_hash,
        last_outcome, last_status, last_at)
      with recursive count (n) as (select 1 union all select n + 1 from count where n < 250000)
      select endpoint, 1, unhex(printf('%012x70008000%012x', ${WALL} - n, n)), tenant, event, 1, 0, 0, 1, type_hash, 0, 0, 1
      from count join (select * from delivery limit 1)`);
    const filters: readonly DeliveryFilter[] = [
      { statuses: [202] },
      { eventType: 'none' },
      { statuses: [202], endpointId: endpoint.id },
      { outcomes: ['succeeded'], statuses: [202], states: ['succeeded'] },
    ];
    for (const filter of filters) {
      let pages = 0;
      for (let after: DeliveryId | null = null; ; pages++) {
        counts.clear();
        const page: Listed<DeliverySummary, DeliveryId> = await store.deliveries(acme, filter, { limit: 100, after });
        assert.deepEqual(page.items, []);
        if (page.cutAt === null) break;
        assert.equal(counts.get('deliveriesStep'), 5);
        assert.ok(after === null || page.cutAt < after);
        after = page.cutAt;
      }
      assert.equal(pages, 2, JSON.stringify(filter));
    }
    const failures: DeliveryFilter = { statuses: [503] };
    counts.clear();
    const none = await store.deliveries(acme, failures, { limit: 100, after: null });
    assert.deepEqual(none, { items: [], cutAt: null });
  });

  it('looks for nothing but by an index', async () => {
    const prepared: string[] = [];
    const db = connection((sql) => prepared.push(sql));
    const store = callsAsStore(async (name, ...args) => perform(db, name, args));
    const { id: endpointId } = newEndpoint(acme);
    await store.putTenant(acme, undefined, WALL);
    await store.createEndpoint(newEndpoint(acme, { id: endpointId }), 10);
    const values: DeliveryFilter = {
      ...{ states: ['succeeded', 'pending'], outcomes: ['http_status'], statuses: [200], endpointId, eventType: 'a' },
      ...{ since: WALL, until: wallLater(1) },
    };
    const names = Object.keys(values) as (keyof DeliveryFilter)[];
    prepared.length = 0;
    for (const one of names) {
      for (const other of names) {
        const filter = { [one]: values[one], [other]: values[other] };
        await store.deliveries(acme, filter, { limit: 10, after: null });
      }
    }
    const lists = prepared.filter((sql) => /from (delivery|\(select \*, 0 as state from queue\)) /.test(sql));
    assert.ok(lists.length >= 30, `${lists.length} statements`);
    for (const sql of lists) {
      const plan = db.all<{ detail: string }>(`explain query plan ${sql}`).map(({ detail }) => detail);
      assert.ok(
        plan.some((line) => /^SEARCH (queue|delivery) USING .*id>\? AND id<\?\)$/.test(line)),
        `${sql}\n${plan.join('\n')}`,
      );
      if (sql.includes('from delivery not indexed')) {
        const ofEndpoint = 'SEARCH delivery USING PRIMARY KEY (endpoint=? AND state=? AND id>? AND id<?)';
        assert.ok(plan.includes(ofEndpoint), `${sql}\n${plan.join('\n')}`);
      }
      const sorted = plan.some((line) => line.includes('TEMP B-TREE') || /^SCAN (queue|delivery)/.test(line));
      assert.ok(!sorted, `${sql}\n${plan.join('\n')}`);
    }
  });

  it('passes what others have pending in large steps, and reads nothing ended meanwhile', async () => {
    const { store, counts } = await longHistory();
    const other = tenantId('other');
    await store.putTenant(other, undefined, WALL);
    counts.clear();
    assert.deepEqual((await store.deliveries(other, {}, { limit: 100, after: null })).items, []);
    assert.ok((counts.get('deliveriesStep') ?? 0) <= 3, `${counts.get('deliveriesStep')} steps`);
  });

  it('finds every event of a rare type, in order', async () => {
    const { store, counts, wanted } = await longHistory();
    const ids: EventId[] = wanted.map(({ event }) => event.id);
    const found = (await store.events(acme, { eventType: rare }, { limit: 100, after: null })).items;
    assert.deepEqual(
      found.map(({ id }) => id),
      ids,
    );
    assert.ok((counts.get('eventsStep') ?? 0) <= 3);
    const first = (await store.events(acme, { eventType: rare }, { limit: 5, after: null })).items;
    const second = (await store.events(acme, { eventType: rare }, { limit: 100, after: first.at(-1) ?? null })).items;
    assert.deepEqual(
      [...first, ...second].map(({ id }) => id),
      ids,
    );
  });

  it('takes one step where nothing is filtered', async () => {
    const { store, counts } = await longHistory();
    counts.clear();
    assert.equal(
      (await store.deliveries(acme, { states: ['succeeded'] }, { limit: 50, after: null })).items.length,
      50,
    );
    assert.equal((await store.deliveries(acme, {}, { limit: 50, after: null })).items.length, 50);
    assert.equal((await store.events(acme, {}, { limit: 50, after: null })).items.length, 50);
    assert.deepEqual([counts.get('deliveriesStep'), counts.get('eventsStep')], [2, 1]);
  });
});
