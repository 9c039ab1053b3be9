// The schema: numbered SQL files, applied in order in one transaction, so that the database is never between two versions.
import { readdirSync, readFileSync } from 'node:fs';
import { Client, DatabaseError } from 'pg';
import { StoreRefused } from '../../seams/store/index.ts';
import { describeServer } from './connection.ts';

/** Where the migrations lie, in the sources and in the build alike. */
const FOLDER = new URL('./migrations/', import.meta.url);
/** The oldest server whose SQL is enough, as `server_version_num` counts. */
export const OLDEST_SERVER = 150_000;
/** Names the lock under which migrations run; any number that nobody else uses. */
const LOCK = 7_667_847_866;
const CONNECT_TIMEOUT_MS = 5_000;

interface Migration {
  readonly number: number;
  readonly file: string;
}

/**
 * Brings the database's schema up to this program's, whatever other process does the same.
 * @param url `postgres://…`
 * @returns the schema's numbers before and after; 0 is an empty database
 * @throws StoreRefused when the database cannot be used and why
 */
export async function migratePostgres(url: string): Promise<{ from: number; to: number }> {
  const client = await connect(url);
  try {
    await refuseOldServer(client, url);
    return await migrate(client, url);
  } catch (error) {
    throw refusalOf(error, url);
  } finally {
    await client.end().catch(() => {});
  }
}

/** A session of its own, for work that is done once. @throws StoreRefused */
export async function connect(url: string): Promise<Client> {
  try {
    const client = new Client({
      connectionString: url,
      fallback_application_name: 'posthorn',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  } catch (error) {
    throw refusalOf(error, url);
  }
}

async function refuseOldServer(client: Client, url: string): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  );
  const [server] = rows;
  if (server !== undefined && server.number >= OLDEST_SERVER) return;
  throw new StoreRefused(
    'too_old',
    `Postgres at ${describeServer(url)} is version ${server?.version}; Posthorn needs 15 or newer. Upgrade the server.`,
  );
}

async function migrate(client: Client, url: string): Promise<{ from: number; to: number }> {
  const migrations = readMigrations();
  const to = knownSchema();
  const now = await schemaNumber(client);
  refuseNewer(now, to, url);
  if (now === to) return { from: now, to };

  await client.query('begin');
  await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
  // Another process may have been faster.
  const from = await schemaNumber(client);
  refuseNewer(from, to, url);
  await client.query('create schema if not exists posthorn');
  await client.query(`
    create table if not exists posthorn.migration (
      number integer primary key,
      file text not null,
      applied_at timestamptz not null default now()
    )`);
  for (const { number, file } of migrations) {
    if (number <= from) continue;
    await client.query(readFileSync(new URL(file, FOLDER), 'utf8'));
    await client.query('insert into posthorn.migration (number, file) values ($1, $2)', [number, file]);
  }
  await client.query('commit');
  return { from, to };
}

/** The schema's number; 0 when there is none. */
export async function schemaNumber(client: Client): Promise<number> {
  // Not by to_regclass: a session may remember for a while that another one has not yet created the schema.
  const { rows } = await client.query(
    `select from pg_catalog.pg_tables where schemaname = 'posthorn' and tablename = 'migration'`,
  );
  if (rows.length === 0) return 0;
  const { rows: numbers } = await client.query<{ number: number }>(
    'select coalesce(max(number), 0) as number from posthorn.migration',
  );
  return numbers[0]?.number ?? 0;
}

function refuseNewer(found: number, known: number, url: string): void {
  if (found <= known) return;
  throw new StoreRefused(
    'newer',
    `The database ${describeServer(url)} has schema ${found}, but this Posthorn knows schemas up to ${known} only. ` +
      'Run the newer Posthorn that wrote it.',
  );
}

/** The number of the schema that this program needs. */
export function knownSchema(): number {
  return readMigrations().at(-1)?.number ?? 0;
}

function readMigrations(): Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => ({ number: Number(file.slice(0, 4)), file }));
}

/** A trouble with the server as what a person can do about it. */
export function refusalOf(error: unknown, url: string): StoreRefused {
  if (error instanceof StoreRefused) return error;
  const server = describeServer(url);
  const said = error instanceof Error ? error.message || ('code' in error ? `${error.code}` : error.name) : `${error}`;
  if (error instanceof DatabaseError && error.code === '25006') {
    return new StoreRefused(
      'read_only',
      `Postgres at ${server} is read-only (${said}). Point Posthorn at the primary.`,
      {
        cause: error,
      },
    );
  }
  return new StoreRefused(
    'unreachable',
    `Posthorn cannot use Postgres at ${server}: ${said}. ` +
      'Check POSTHORN_DATABASE_URL, that the server runs, and that the user may connect and create tables.',
    { cause: error },
  );
}
