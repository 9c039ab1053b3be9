// The two stores that a scene can be set on.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../posthorn/tests/support/postgres.ts';
import type { Stage } from './suite.ts';

type Environment = Readonly<Record<string, string>>;

/** The embedded store, in the suite's folder. */
export function onSqlite({ folder }: Stage): Environment {
  return { POSTHORN_DATA: join(folder, 'data') };
}

/** Runs `work` with a Postgres server of its own, which is removed afterwards. */
export async function withPostgres<Result>(
  work: (environment: Environment, server: PostgresServer) => Promise<Result>,
): Promise<Result> {
  const server = await startPostgres();
  try {
    return await work(onPostgres(server.url), server);
  } finally {
    await server.remove();
  }
}

/** @param url of the database, or of a proxy before it */
export function onPostgres(url: string): Environment {
  return { POSTHORN_DATABASE_URL: url, POSTHORN_ENCRYPTION_KEY: ENCRYPTION_KEY };
}

/** The same for all processes that share a database. */
const ENCRYPTION_KEY = randomBytes(32).toString('base64');
