// Lists stay fast with any amount of history: each statement walks an index in the list's order, and one that filters looks
// at a bounded number of rows before it lets others go first.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { type Args, type CallName, perform } from '../../src/adapters/sqlite/calls.ts';
import { callsAsStore } from '../../src/adapters/sqlite/calls-as-store.ts';
import { BACKLOG, BACKLOGS, DUE, NEXT_DUE } from '../../src/adapters/sqlite/claim.ts';
import { Connection } from '../../src/adapters/sqlite/connection.ts';
import {
  DELIVERY_OF_ATTEMPT,
  ENDPOINT_BOUND,
  ENDPOINT_PAGE,
  QUEUED_BOUND,
  QUEUED_BOUND_OF_TENANT,
  QUEUED_PAGE,
  TENANT_BOUND,
  TENANT_PAGE,
} from '../../src/adapters/sqlite/deliveries.ts';
import { EVENTS } from '../../src/adapters/sqlite/history.ts';
import { migrate } from '../../src/adapters/sqlite/migrate.ts';
import { COUNTS_OF_ENDPOINT, COUNTS_OF_ENDPOINTS } from '../../src/adapters/sqlite/pending.ts';
import { OLD_EVENTS, REMOVE_DELIVERY } from '../../src/adapters/sqlite/prune.ts';
import { SEARCH, SEARCH_TYPES } from '../../src/adapters/sqlite/replay-search.ts';
import { DUE_PARTS, DUE_REPLAY, NEXT_LOOK, NEXT_STEP, OUTSTANDING } from '../../src/adapters/sqlite/replay-step.ts';
import { CHART, LAST_OLD, REMOVE_OLD } from '../../src/adapters/sqlite/tallies.ts';
import { NAMED_IN_QUEUE, QUEUED_UNTIL, REMOVE_TOMBSTONES, TOMBSTONES } from '../../src/adapters/sqlite/tombstones.ts';
import { TOTAL, WORST, WORST_OF_TENANT } from '../../src/adapters/sqlite/troubles.ts';
import { COUNT_IN_SLOT, IN_SLOT, LEADER, LEADER_AFTER_MANY } from '../../src/adapters/sqlite/type-slots.ts';
import type { DeliveryId, EventId, OwnerId } from '../../src/domain/ids.ts';
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

function connection(): Connection {
  const db = new Connection(new DatabaseSync(':memory:'));
  migrate(db);
  return db;
}

describe('the plan of a list', () => {
  for (const [name, sql, index] of [
    ['pending deliveries', QUEUED_PAGE, 'SEARCH queue USING PRIMARY KEY (id>? AND id<?)'],
    ['pending deliveries, how far', QUEUED_BOUND, 'SEARCH queue USING PRIMARY KEY (id<?)'],
    [
      'pending deliveries of a tenant, how far',
      QUEUED_BOUND_OF_TENANT,
      'SEARCH queue USING PRIMARY KEY (id>? AND id<?)',
    ],
    [
      'ended deliveries of a tenant',
      TENANT_PAGE,
      'SEARCH delivery USING INDEX delivery_by_tenant (tenant=? AND state=? AND id>? AND id<?)',
    ],
    [
      'ended deliveries of a tenant, how far',
      TENANT_BOUND,
      'SEARCH delivery USING COVERING INDEX delivery_by_tenant (tenant=? AND state=? AND id<?)',
    ],
    [
      'ended deliveries of an endpoint',
      ENDPOINT_PAGE,
      'SEARCH delivery USING PRIMARY KEY (endpoint=? AND state=? AND id>? AND id<?)',
    ],
    [
      'ended deliveries of an endpoint, how far',
      ENDPOINT_BOUND,
      'SEARCH delivery USING PRIMARY KEY (endpoint=? AND state=? AND id<?)',
    ],
    [
      'events',
      EVENTS,
      'SEARCH event USING COVERING INDEX event_by_time (tenant=? AND created_at>? AND (created_at,id)<(?,?))',
    ],
    [
      'the next slot with a type',
      LEADER,
      'SEARCH event USING COVERING INDEX event_of_type (tenant=? AND type=? AND created_at>? AND created_at<?)',
    ],
    [
      'whether there are many',
      LEADER_AFTER_MANY,
      'SEARCH event USING COVERING INDEX event_of_type (tenant=? AND type=? AND created_at>? AND created_at<?)',
    ],
    [
      'events of a type in a slot',
      IN_SLOT,
      'SEARCH event USING COVERING INDEX event_by_time (tenant=? AND created_at>? AND (created_at,id)<(?,?))',
    ],
    [
      'how many events are in a slot',
      COUNT_IN_SLOT,
      'SEARCH event USING COVERING INDEX event_by_time (tenant=? AND created_at>? AND created_at<?)',
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
    return { store, counts, wanted, seldom, endpoint };
  }

  for (const everyMs of [1_000, 2]) {
    it(`finds every delivery, in order, of events ${everyMs} ms apart`, async () => {
      const { store, counts, wanted, seldom, endpoint } = await longHistory(everyMs);
      const ids: DeliveryId[] = wanted.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
      assert.equal(ids.length, 42);
      for (const filter of [{ eventType: rare }, { eventType: rare, endpointId: endpoint.id }]) {
        counts.clear();
        const found = await store.deliveries(acme, filter, { limit: 100, after: null });
        assert.deepEqual(
          found.map(({ id }) => id),
          ids,
        );
        const pages: DeliveryId[] = [];
        for (let after: DeliveryId | null = null; pages.length < ids.length; ) {
          const page = await store.deliveries(acme, filter, { limit: 10, after });
          pages.push(...page.map(({ id }) => id));
          after = pages.at(-1) ?? null;
        }
        assert.deepEqual(pages, ids);
      }
      counts.clear();
      const all = await store.deliveries(acme, { eventType: 'seldom' }, { limit: 2_000, after: null });
      assert.deepEqual(
        all.map(({ id }) => id),
        seldom.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)),
      );
      assert.ok((counts.get('deliveriesStep') ?? 0) > 1, 'others may go first between the steps');
      const page = { limit: 100, after: null };
      assert.equal((await store.deliveries(acme, { eventType: rare, state: 'succeeded' }, page)).length, 20);
      assert.equal((await store.deliveries(acme, { eventType: rare, state: 'pending' }, page)).length, 22);
      assert.deepEqual(await store.deliveries(acme, { eventType: rare, state: 'exhausted' }, page), []);
      const early = await store.deliveries(acme, { eventType: rare, until: wallLater(3_000 * everyMs) }, page);
      assert.deepEqual(
        early.map(({ id }) => id),
        ids.slice(-6),
      );
      const usual = await store.deliveries(acme, { eventType: 'usual' }, page);
      assert.equal(usual.length, 100);
      assert.ok(usual.every(({ eventType }) => eventType === 'usual'));
    });
  }

  it('takes one step for a rare type', async () => {
    const { store, counts } = await longHistory();
    for (const eventType of [rare, 'none']) {
      counts.clear();
      await store.deliveries(acme, { eventType }, { limit: 100, after: null });
      assert.equal(counts.get('deliveriesStep'), 1, eventType);
    }
  });

  it('passes what others have pending in large steps, and reads nothing ended meanwhile', async () => {
    const { store, counts } = await longHistory();
    const other = tenantId('other');
    await store.putTenant(other, undefined, WALL);
    counts.clear();
    assert.deepEqual(await store.deliveries(other, {}, { limit: 100, after: null }), []);
    assert.ok((counts.get('deliveriesStep') ?? 0) <= 3, `${counts.get('deliveriesStep')} steps`);
  });

  it('finds every event of a rare type, in order, at once', async () => {
    const { store, counts, wanted } = await longHistory();
    const ids: EventId[] = wanted.map(({ event }) => event.id);
    const found = await store.events(acme, { eventType: rare }, { limit: 100, after: null });
    assert.deepEqual(
      found.map(({ id }) => id),
      ids,
    );
    assert.equal(counts.get('eventsStep'), 1);
    const first = await store.events(acme, { eventType: rare }, { limit: 5, after: null });
    const second = await store.events(acme, { eventType: rare }, { limit: 100, after: first.at(-1) ?? null });
    assert.deepEqual(
      [...first, ...second].map(({ id }) => id),
      ids,
    );
  });

  it('takes one step where nothing is filtered', async () => {
    const { store, counts } = await longHistory();
    counts.clear();
    assert.equal((await store.deliveries(acme, { state: 'succeeded' }, { limit: 50, after: null })).length, 50);
    assert.equal((await store.deliveries(acme, {}, { limit: 50, after: null })).length, 50);
    assert.equal((await store.events(acme, {}, { limit: 50, after: null })).length, 50);
    assert.deepEqual([counts.get('deliveriesStep'), counts.get('eventsStep')], [2, 1]);
  });
});
