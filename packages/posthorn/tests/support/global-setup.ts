// Before the first test file and after the last: the one Postgres server that all test files share.
import { type PostgresServer, SERVER_VARIABLE, startPostgres } from './postgres.ts';

let server: PostgresServer | undefined;

export async function globalSetup(): Promise<void> {
  if (process.env[SERVER_VARIABLE] !== undefined) return;
  server = await startPostgres();
  process.env[SERVER_VARIABLE] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.remove();
}
