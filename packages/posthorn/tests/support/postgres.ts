// Postgres for tests: an empty database each, on the one server of the test run. `npm test` starts that server
// before the first test file; a file run alone starts one itself.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startPostgres } from './postgres-server.ts';

export { type PostgresServer, startPostgres } from './postgres-server.ts';

/** Names the server of this test run; set it yourself to test against one of your own (as a user who may create databases). */
export const SERVER_VARIABLE = 'POSTHORN_TEST_POSTGRES';

const EMPTY = `
  set session_replication_role = replica;
  do $$
  declare name text;
  begin
    for name in select tablename from pg_tables where schemaname = 'posthorn' and tablename <> 'migration' loop
      execute format('delete from posthorn.%I', name);
    end loop;
  end $$;
`;

let ownServer: Promise<string> | undefined;

export interface TestDatabase {
  readonly url: string;
  /** Removes all rows, but not the tables: faster than another database. Nobody may be using it. */
  empty(): Promise<void>;
  /** Removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * Creates an empty database that nobody else uses.
 * @throws with a sentence saying why there can be none
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = await serverUrl();
  const name = `posthorn_test_${randomBytes(8).toString('hex')}`;
  await run(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    empty: () => run(url.href, EMPTY),
    drop: () => run(admin, `drop database if exists ${name} with (force)`),
  };
}

function serverUrl(): Promise<string> {
  const named = process.env[SERVER_VARIABLE];
  if (named !== undefined) return Promise.resolve(named);
  // It ends with this process: see the guard in postgres-server.
  ownServer ??= startPostgres().then(({ url }) => url);
  return ownServer;
}

async function run(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
