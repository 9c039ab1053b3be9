// A test's database with a store on it, the same bench as the store contract's, and a plain session to look and meddle with.
import { Client } from 'pg';
import { openPostgresStore } from '../../src/adapters/postgres/index.ts';
import { Bench } from '../store-contract/bench.ts';
import { createTestDatabase } from '../support/postgres.ts';

export interface SharedDatabase {
  readonly url: string;
  readonly bench: Bench;
  /** Runs a statement outside the store and answers with its rows. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

/** @param through changes the URL by which the store comes, e.g. to one of a proxy */
export async function openSharedDatabase(through: (url: string) => string = (url) => url): Promise<SharedDatabase> {
  const { url, drop } = await createTestDatabase();
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const bench = new Bench({ open: () => openPostgresStore({ url: through(url) }), dispose: drop });
  await bench.open();
  return {
    url,
    bench,
    async sql<Row extends object>(text: string, values: readonly unknown[] = []) {
      return (await client.query<Row>(text, [...values])).rows;
    },
    async end() {
      await bench.close();
      await client.end();
      await drop();
    },
  };
}
