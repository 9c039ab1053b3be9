// Where a Posthorn keeps its work: a fresh data folder or a fresh database for each measurement, both with everything
// durable as it is by default.
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { openPostgresStore } from '../../packages/posthorn/src/adapters/postgres/index.ts';
import { openSqliteStore } from '../../packages/posthorn/src/adapters/sqlite/index.ts';
import type { Store } from '../../packages/posthorn/src/seams/store/index.ts';
import { createTestDatabase, SERVER_VARIABLE } from '../../packages/posthorn/tests/support/postgres.ts';
import { type PostgresServer, startPostgres } from '../../packages/posthorn/tests/support/postgres-server.ts';
import { cpuTimeOfFamily } from '../measure/cpu.ts';

export type StoreKind = 'sqlite' | 'postgres';

export interface Place extends AsyncDisposable {
  readonly kind: StoreKind;
  /** The data folder, or the database's URL. */
  readonly where: string;
  /** Settings that lead a service there. */
  readonly environment: Readonly<Record<string, string>>;
  /** Opens the store here, in this process. */
  open(): Promise<Store>;
  /** CPU time of the database's own processes, in microseconds. */
  serverCpu(): number;
  /** The size of what is stored here. Nobody may be using it. */
  bytes(): Promise<number>;
}

/** A place for somebody who is not to remove it. */
export const lent = (place: Place): Place => ({ ...place, [Symbol.asyncDispose]: async () => undefined });

/** Opens the store of a place for a while. */
export async function useStore<Result>(place: Place, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await place.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export class Places {
  readonly #folder: string;
  #server: PostgresServer | undefined;
  #made = 0;

  /** @param folder in which data folders are made */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async make(kind: StoreKind): Promise<Place> {
    return kind === 'sqlite' ? this.#folderPlace() : await this.#databasePlace();
  }

  async close(): Promise<void> {
    await this.#server?.remove();
  }

  #folderPlace(): Place {
    this.#made += 1;
    const directory = join(this.#folder, `data-${this.#made}`);
    mkdirSync(directory, { mode: 0o700 });
    return {
      kind: 'sqlite',
      where: directory,
      environment: { POSTHORN_DATA: directory },
      open: () =>
        openSqliteStore({
          directory,
          onDeath: (error) => {
            throw error;
          },
        }),
      serverCpu: () => 0,
      bytes: async () => statSync(join(directory, 'posthorn.db')).size,
      async [Symbol.asyncDispose]() {
        rmSync(directory, { recursive: true, force: true });
      },
    };
  }

  async #databasePlace(): Promise<Place> {
    this.#server ??= await startPostgres();
    const server = this.#server;
    process.env[SERVER_VARIABLE] = server.url;
    const { url, drop } = await createTestDatabase();
    return {
      kind: 'postgres',
      where: url,
      environment: { POSTHORN_DATABASE_URL: url, POSTHORN_DATA: this.#folder },
      open: () => openPostgresStore({ url }),
      serverCpu: () => cpuTimeOfFamily(server.pid),
      bytes: () => askPostgres(url, 'select pg_database_size(current_database()) as answer'),
      [Symbol.asyncDispose]: drop,
    };
  }
}

/** One number from a database. @param sql calls it `answer` */
export async function askPostgres(url: string, sql: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: string }>(sql);
    return Number(rows[0]?.answer);
  } finally {
    await client.end();
  }
}
