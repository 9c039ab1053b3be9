// The plans of the statements that every delivery depends on. They are made once per session, perhaps while the tables are
// empty, and must still be right when a million rows wait.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { ACCEPT } from '../../src/adapters/postgres/accept-sql.ts';
import { BACKLOGS, CLAIM_BACKLOG, CLAIM_DUE, NEXT_DUE } from '../../src/adapters/postgres/claim-sql.ts';
import { WORK_SESSION } from '../../src/adapters/postgres/connection.ts';
import { migratePostgres } from '../../src/adapters/postgres/index.ts';
import { BEAT, BEGIN } from '../../src/adapters/postgres/owners.ts';
import { RECORD } from '../../src/adapters/postgres/record-sql.ts';
import { RELEASE } from '../../src/adapters/postgres/release.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** Columns by which a search of that index must begin, so that it reads what it wants and nothing else. */
const SEARCHED_BY: Readonly<Record<string, readonly string[]>> = {
  queue_pkey: ['id'],
  queue_due: ['due_at'],
  queue_backlog: ['endpoint_id'],
  event_pkey: ['tenant', 'id'],
  attempt_pkey: ['delivery_id', 'id'],
  tenant_pkey: ['key'],
  tenant_live: ['id'],
  endpoint_id_key: ['id'],
  owner_pkey: ['id'],
};

/** Tables of a few rows. */
const SMALL = new Set(['clock', 'owner']);

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

describe('the plans of work statements, made on empty tables', () => {
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

  for (const { name, text } of [ACCEPT, CLAIM_DUE, CLAIM_BACKLOG, NEXT_DUE, BACKLOGS, RECORD, RELEASE, BEGIN, BEAT]) {
    it(`of ${name} find every row by the key that it is searched by`, async () => {
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
    });
  }
});

function* nodesOf(node: PlanNode, parent?: PlanNode): Generator<[PlanNode, PlanNode | undefined]> {
  yield [node, parent];
  for (const child of node.Plans ?? []) yield* nodesOf(child, node);
}
