// The plans of the statements that every delivery depends on. They are made once per session, perhaps while the tables are
// empty, and must still be right when a million rows wait.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { ACCEPT } from '../../src/adapters/postgres/accept-sql.ts';
import { BACKLOGS, CLAIM_BACKLOG, CLAIM_DUE, NEXT_DUE } from '../../src/adapters/postgres/claim-sql.ts';
import { WORK_SESSION } from '../../src/adapters/postgres/connection.ts';
import { listing } from '../../src/adapters/postgres/deliveries.ts';
import {
  ERASE_EVENTS,
  LOCK_ENDPOINTS,
  OVERDUE_EVENTS,
  PENDING,
  POSTPONED_EVENTS,
} from '../../src/adapters/postgres/erase.ts';
import { EVENTS } from '../../src/adapters/postgres/history.ts';
import { migratePostgres } from '../../src/adapters/postgres/index.ts';
import { BEAT, BEGIN } from '../../src/adapters/postgres/owners.ts';
import { DELIVERIES as ENDED_DELIVERIES, EVENTS as OLD_EVENTS } from '../../src/adapters/postgres/prune.ts';
import { RECORD } from '../../src/adapters/postgres/record-sql.ts';
import { RELEASE } from '../../src/adapters/postgres/release.ts';
import { SEARCH } from '../../src/adapters/postgres/replay-search.ts';
import { DUE_PARTS, DUE_REPLAY, NEXT_LOOK, NEXT_STEP, OUTSTANDING } from '../../src/adapters/postgres/replay-step.ts';
import { ENDPOINT, REVIVE } from '../../src/adapters/postgres/retry.ts';
import { TALLY } from '../../src/adapters/postgres/tallies.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** Columns by which a search of that index must begin, so that it reads what it wants and nothing else. */
const SEARCHED_BY: Readonly<Record<string, readonly string[]>> = {
  queue_pkey: ['id'],
  queue_due: ['due_at'],
  queue_backlog: ['endpoint_id'],
  event_pkey: ['tenant', 'id'],
  event_newest: ['tenant', 'created_at'],
  erasure_later_due: ['tenant', 'look_at'],
  attempt_pkey: ['delivery_id', 'id'],
  tenant_pkey: ['key'],
  tenant_live: ['id'],
  endpoint_id_key: ['id'],
  owner_pkey: ['id'],
  delivery_pkey: ['tenant', 'id'],
  delivery_endpoint: ['endpoint_id', 'id'],
  replay_due: ['due_at'],
  replay_part_due: ['replay_id'],
  queue_replay: ['replay_id', 'endpoint_id'],
};

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Tables of a few rows. */
const SMALL = new Set(['clock', 'owner']);

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly PlanNode[];
}

const NAMED = [ACCEPT, CLAIM_DUE, CLAIM_BACKLOG, NEXT_DUE, BACKLOGS, RECORD, RELEASE, BEGIN, BEAT, TALLY];
/** Steps of replays: rare, so planned anew each time, but never with good statistics. */
const REPLAY_STEPS = { DUE_REPLAY, DUE_PARTS, ENDPOINT, OUTSTANDING, SEARCH, REVIVE, NEXT_LOOK, NEXT_STEP };
/** Steps of erasing what tenants keep no longer, likewise. */
const ERASURE_STEPS = { OVERDUE_EVENTS, POSTPONED_EVENTS, LOCK_ENDPOINTS, PENDING, ERASE_EVENTS };

/** Rows as a busy day leaves them, of which no statistics tell yet. */
const FILL = `
  insert into posthorn.delivery (tenant, ended_at, id, endpoint_id, event_id, attempts, failures, interruptions, event_type,
    state)
  select 1, 1, gen_random_uuid(), md5((n % 5)::text)::uuid, gen_random_uuid(), 1, 1, 0, 'order.paid', 'exhausted'
  from generate_series(1, 20000) as n;
  insert into posthorn.queue (id, endpoint_id, event_id, tenant, event_type, place)
  select gen_random_uuid(), md5((n % 5)::text)::uuid, gen_random_uuid(), 1, 'order.paid', 'backlog'
  from generate_series(1, 20000) as n;
  insert into posthorn.tenant (id, name, created_at, updated_at)
  select n::text, '', 1, 1 from generate_series(1, 2000) as n;
  insert into posthorn.endpoint (id, tenant, created_at, updated_at, version)
  select gen_random_uuid(), n, 1, 1, 1 from generate_series(1, 2000) as n;
  insert into posthorn.replay (id, tenant, states, until, rate, total, replayed, skipped, state, due_at, created_at)
  select gen_random_uuid(), n, '{exhausted}', 1, 1, 1, 0, 0, 'running', 1, 1 from generate_series(1, 2000) as n;
  insert into posthorn.replay_part (replay_id, endpoint_id, due_at, cursor, outstanding, remaining)
  select id, id, 1, id, 0, 1 from posthorn.replay`;

describe('the plans of work statements', () => {
  let database: TestDatabase;
  let session: Client;

  before(async () => {
    database = await createTestDatabase();
    await migratePostgres(database.url);
    session = new Client({ connectionString: database.url });
    await session.connect();
    await session.query('vacuum analyze');
    await session.query(WORK_SESSION);
  });

  after(async () => {
    await session.end();
    await database.drop();
  });

  async function expectIndexed(name: string, text: string): Promise<void> {
    const parameters = new Set(text.match(/\$\d+/g)).size;
    await session.query(`prepare "${name}" as ${text}`);
    const nulls = parameters === 0 ? '' : `(${Array(parameters).fill('null').join(', ')})`;
    const { rows } = await session.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
      `explain (format json) execute "${name}"${nulls}`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    assert.ok(plan !== undefined);
    let found = 0;
    for (const [node, parent] of nodesOf(plan)) {
      const { 'Relation Name': table, 'Node Type': type, 'Index Name': index } = node;
      if (table === undefined || type === 'ModifyTable' || SMALL.has(table)) continue;
      found += 1;
      assert.match(type, /^Index (Only )?Scan$/, `${type} of ${table}`);
      const columns = SEARCHED_BY[index ?? ''];
      assert.ok(columns !== undefined, `${table} is searched by ${index}`);
      const condition = node['Index Cond'] ?? '';
      // Without a condition it reads one row from the front.
      if (condition === '') assert.equal(parent?.['Node Type'], 'Limit', `${table} is read as a whole`);
      else for (const column of columns) assert.match(condition, new RegExp(`\\b${column}\\b`));
    }
    assert.ok(found > 0 || name === BEAT.name);
  }

  for (const { name = '', text } of NAMED) {
    it(`of ${name}, made on empty tables, find every row by the key that it is searched by`, () =>
      expectIndexed(name, text));
  }

  for (const [name, { text }] of Object.entries({ ...REPLAY_STEPS, ...ERASURE_STEPS })) {
    it(`of ${name}, a step in the background, find every row by the key that it is searched by`, async () => {
      const { rows } = await session.query('select from posthorn.replay limit 1');
      if (rows.length === 0) await session.query(FILL);
      await expectIndexed(name, text);
    });
  }
});

describe('a step of pruning', () => {
  /** Old events of one tenant among others, none of which may go: half of their deliveries are pending, half ended lately. */
  const KEPT = `
    insert into posthorn.tenant (id, name, created_at, updated_at)
    select n::text, '', 1, 1 from generate_series(1, 2000) as n;
    create temporary table made as
    select n, gen_random_uuid() as event, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as delivery
    from generate_series(1, 20000) as n;
    insert into posthorn.event (tenant, created_at, id, type, fingerprint, deliveries, endpoints, body)
    select 7, n, event, 'order.paid', '', array[delivery], array[delivery], '' from made;
    insert into posthorn.queue (id, endpoint_id, event_id, tenant, event_type, place)
    select delivery, delivery, event, 7, 'order.paid', 'backlog' from made where n % 2 = 0;
    insert into posthorn.delivery (tenant, ended_at, id, endpoint_id, event_id, attempts, failures, interruptions,
      event_type, state)
    select 7, 1000000, delivery, delivery, event, 1, 0, 0, 'order.paid', 'succeeded' from made where n % 2 = 1;
    insert into posthorn.attempt (delivery_id, id, started_at, duration_ms, number, manual, repeated, late, outcome)
    select delivery, event, 1, 1, 1, false, false, false, 'succeeded' from made`;
  const LIMIT = 100;
  const HALF_WAY = '00000000-0000-7000-8000-000000002710';

  for (const [name, { text }, behind] of [
    ['deliveries', ENDED_DELIVERIES, [HALF_WAY, LAST_ID]],
    ['events', OLD_EVENTS, [10_000, LAST_ID]],
  ] as const) {
    for (const analysed of [false, true]) {
      const statistics = analysed ? 'statistics' : 'no statistics';
      it(`of ${name} begins where the last one ended and looks at its limit of rows, with ${statistics}`, async () => {
        const database = await createTestDatabase();
        const session = new Client({ connectionString: database.url });
        try {
          await migratePostgres(database.url);
          await session.connect();
          await session.query(KEPT);
          if (analysed) await session.query('vacuum analyze');
          await session.query(WORK_SESSION);
          const { rows } = await session.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
            `explain (analyze, format json) ${text}`,
            [LIMIT, 7, ...behind, 500_000],
          );
          const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
          assert.ok(plan !== undefined);
          for (const [node] of nodesOf(plan)) {
            const { 'Relation Name': table, 'Node Type': type, 'Index Cond': condition = '' } = node;
            // Of tenants it reads the one where it goes on, and those behind that.
            if (table === undefined || table === 'tenant' || type === 'ModifyTable') continue;
            assert.match(type, /^Index (Only )?Scan$/, `${type} of ${table}`);
            assert.match(condition, /\b(delivery_|event_)?id\b/);
            const found = (node['Actual Rows'] ?? 0) * (node['Actual Loops'] ?? 0);
            assert.ok(found <= LIMIT, `${found} rows of ${table} found`);
            assert.equal(node['Rows Removed by Filter'] ?? 0, 0, `rows of ${table} passed over`);
          }
          assert.equal(rows.length, 1);
        } finally {
          await session.end();
          await database.drop();
        }
      });
    }
  }
});

describe('the plan of a list of deliveries', () => {
  for (const [state, tables] of [
    ['pending', ['queue']],
    ['exhausted', ['delivery']],
    [null, ['delivery', 'queue']],
  ] as const) {
    it(`in the state ${state ?? 'of any kind'} reads nothing where none can be`, async () => {
      const database = await createTestDatabase();
      const session = new Client({ connectionString: database.url });
      try {
        await migratePostgres(database.url);
        await session.connect();
        const any = [null, null, null, null, null];
        const wanted = [state !== 'exhausted', state !== 'pending'];
        const values = ['acme', 51, LAST_ID, FIRST_ID, ...any, ...wanted];
        const { rows } = await session.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
          `explain (format json) ${listing(false, false).text}`,
          values,
        );
        const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
        assert.ok(plan !== undefined);
        const read = [...nodesOf(plan)].map(([node]) => node['Relation Name']);
        assert.deepEqual(
          ['delivery', 'queue'].filter((table) => read.includes(table)),
          tables,
        );
      } finally {
        await session.end();
        await database.drop();
      }
    });
  }
});

describe('the plan of a list of events', () => {
  it('reads no more for a page deep down than for the first one', async () => {
    const database = await createTestDatabase();
    const session = new Client({ connectionString: database.url });
    try {
      await migratePostgres(database.url);
      await session.connect();
      await session.query(`
        insert into posthorn.tenant (id, name, created_at, updated_at) values ('acme', '', 1, 1);
        insert into posthorn.event (tenant, created_at, id, type, fingerprint, deliveries, endpoints, body)
        select 1, n, gen_random_uuid(), 'order.paid', '', '{}', '{}', '' from generate_series(1, 50000) as n`);
      await session.query('vacuum analyze');
      const blocksBelow = async (createdAt: number) => {
        const { rows } = await session.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
          `explain (analyze, buffers, format json) ${EVENTS.text}`,
          ['acme', 51, null, 0, createdAt, FIRST_ID],
        );
        const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
        assert.equal(plan?.['Actual Rows'], 51);
        return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
      };
      const [first, deep] = [await blocksBelow(Number.MAX_SAFE_INTEGER), await blocksBelow(1_000)];
      assert.ok(first > 0 && deep <= first + 5, `${deep} blocks, ${first} for the first page`);
    } finally {
      await session.end();
      await database.drop();
    }
  });
});

function* nodesOf(node: PlanNode, parent?: PlanNode): Generator<[PlanNode, PlanNode | undefined]> {
  yield [node, parent];
  for (const child of node.Plans ?? []) yield* nodesOf(child, node);
}
