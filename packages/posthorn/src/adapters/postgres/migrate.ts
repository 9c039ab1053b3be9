// The schema: numbered SQL files, applied in order in one transaction, so that the database is never between two versions.
import { readdirSync, readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { reservedTenant, StoreRefused } from '../../seams/store/index.ts';
import { connect, refusalOf } from './connect.ts';
import { type Server, serverOf } from './server-url.ts';

/** Where the migrations lie, in the sources and in the build alike. */
const FOLDER = new URL('./migrations/', import.meta.url);
/** The oldest server whose SQL is enough, as `server_version_num` counts. */
export const OLDEST_SERVER = 150_000;
/** Names the lock under which migrations run; any number that nobody else uses. */
const LOCK = 7_667_847_866;

interface Migration {
  readonly number: number;
  readonly file: string;
}

/**
 * Brings the database's schema up to this program's, whatever other process does the same.
 * @param url `postgres://…`
 * @param extraCa PEM texts of authorities that are trusted besides the system's
 * @returns the schema's numbers before and after; 0 is an empty database
 * @throws StoreRefused when the database cannot be used and why
 */
export async function migratePostgres(
  url: string,
  extraCa: readonly string[] = [],
): Promise<{ from: number; to: number }> {
  const server = serverOf(url, extraCa);
  const { client } = await connect(server);
  try {
    return await migrateBy(client, server);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The same in a session that is open. @throws StoreRefused */
export async function migrateBy(client: Client, server: Server): Promise<{ from: number; to: number }> {
  try {
    await refuseOldServer(client, server);
    return await migrate(client, server);
  } catch (error) {
    throw refusalOf(error, server);
  }
}

async function refuseOldServer(client: Client, server: Server): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  );
  const [facts] = rows;
  if (facts !== undefined && facts.number >= OLDEST_SERVER) return;
  throw new StoreRefused(
    'too_old',
    `Postgres at ${server.name} is version ${facts?.version}; Posthorn needs 15 or newer. Upgrade the server.`,
  );
}

async function migrate(client: Client, server: Server): Promise<{ from: number; to: number }> {
  const migrations = readMigrations();
  const to = knownSchema();
  const now = await schemaNumber(client);
  refuseNewer(now, to, server);
  if (now === to) return { from: now, to };

  await client.query('begin');
  await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
  // Another process may have been faster.
  const from = await schemaNumber(client);
  refuseNewer(from, to, server);
  if (from > 0) await refuseReserved(client);
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

/** A tenant that an application called as one of our own. @throws StoreRefused */
async function refuseReserved(client: Client): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `select id from posthorn.tenant where left(id, 1) = '_' and deleted_at is null order by id limit 1`,
  );
  const [reserved] = rows;
  if (reserved !== undefined) throw new StoreRefused('reserved_tenant', reservedTenant(reserved.id));
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

function refuseNewer(found: number, known: number, { name }: Server): void {
  if (found <= known) return;
  throw new StoreRefused(
    'newer',
    `The database ${name} has schema ${found}, but this Posthorn knows schemas up to ${known} only. ` +
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
