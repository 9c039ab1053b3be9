// The way to Postgres: two small pools, so that long reads for people cannot starve deliveries; sessions set so that what
// was acknowledged is on disk and plans do not change with the queue's size; errors turned into what the engine knows.
import { type ClientBase, Pool, type PoolConfig } from 'pg';
import { StoreUnavailable } from '../../seams/store/index.ts';
import { asStoreError, isCollision, isRefusal } from './errors.ts';
import type { Link, Server } from './server-url.ts';
import { ROW_TYPES } from './sql-values.ts';

/** Sessions for accepting and delivering: each of its few concurrent batches has one, and some for changes by people. */
const WORK_SESSIONS = 8;
/** Sessions for lists and details. */
const READ_SESSIONS = 4;
/** To get a session, made anew or free again. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The server gives a statement up after this long. */
const STATEMENT_TIMEOUT_MS = 7_000;
/** A session whose statement is not answered after this long is taken for dead: longer than the server would need. */
const ANSWER_TIMEOUT_MS = 8_500;
/** The server ends a session that stopped inside a transaction, so that its locks go. */
const IDLE_IN_TRANSACTION_MS = 20_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
const IDLE_SESSION_MS = 60_000;
/** How often work that collided with another transaction is done again. */
const MAX_TRIES = 10;

// Synchronous commit off loses acknowledged rows when the server is killed; other values than off are the operator's.
const SESSION = `
  set statement_timeout = ${STATEMENT_TIMEOUT_MS};
  set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS};
  set default_transaction_isolation = 'read committed';
  set jit = off;
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
`;

// The queue is empty in one minute and has a million rows in the next, and a plan made for an empty table would be ruinous
// then. So work statements are written to find every row by index, one by one and in its order, and sessions are told to want
// nothing else.
export const WORK_SESSION = `${SESSION}
  set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off;
  set enable_bitmapscan = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set max_parallel_workers_per_gather = 0;
`;

/** A statement of the hot path has a name: it is prepared once per session. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

export type Value = string | number | boolean | null | Uint8Array;

/** Runs one statement and answers with its rows. */
export type Query = <Row extends object>(statement: Statement, values: readonly Value[]) => Promise<Row[]>;

/** Work that is committed when it resolves, unless it undid everything by `rollback`, after which it must query no more. */
export type Transaction<Result> = (query: Query, rollback: () => Promise<void>) => Promise<Result>;

export class Database {
  readonly #work: Pool;
  readonly #reads: Pool;
  readonly #server: string;
  /** Calls under way, and what to do when there are none. */
  #underWay = 0;
  #quiet: (() => void) | undefined;
  #closed = false;

  /** @param link the way by which the server was reached */
  constructor(server: Server, link: Link) {
    this.#server = server.name;
    this.#work = pool(server, link, WORK_SESSIONS, WORK_SESSION);
    this.#reads = pool(server, link, READ_SESSIONS, SESSION);
  }

  /** One statement of the hot path: a transaction of its own, done again when it collides with another one. */
  readonly work: Query = <Row extends object>(statement: Statement, values: readonly Value[]) =>
    this.#run(this.#work, (query) => query<Row>(statement, values));

  /** Several statements in one transaction. All of `work` is done again when it collides with another one. */
  transaction<Result>(work: Transaction<Result>): Promise<Result> {
    return this.#run(this.#work, (query) => inTransaction(query, work));
  }

  /** One statement that people wait for, not deliveries. */
  readonly read: Query = <Row extends object>(statement: Statement, values: readonly Value[]) =>
    this.#run(this.#reads, (query) => query<Row>(statement, values));

  /** Waits for calls under way; later ones are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#quiet = resolve;
      });
    }
    await Promise.all([this.#work.end(), this.#reads.end()]);
  }

  async #run<Result>(pool: Pool, work: (query: Query) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new StoreUnavailable('unreachable', `The store on ${this.#server} has been closed.`);
    this.#underWay += 1;
    try {
      return await this.#runUnlessCollided(pool, work);
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#quiet?.();
    }
  }

  async #runUnlessCollided<Result>(pool: Pool, work: (query: Query) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await onSession(pool, this.#server, work);
      } catch (error) {
        if (!isCollision(error) || tries === MAX_TRIES) throw error;
      }
    }
  }
}

function pool({ client }: Server, { ssl }: Link, max: number, session: string): Pool {
  const config: PoolConfig = {
    ...client,
    ssl,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_SESSION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types: ROW_TYPES,
    onConnect: async (client: ClientBase) => {
      await client.query(session);
    },
  };
  const made = new Pool(config);
  // A session may end at any moment, idle or in use. Its user learns by its query; nobody else needs to, and
  // without a listener the process would end.
  made.on('error', () => {});
  made.on('connect', (client) => {
    client.on('error', () => {});
  });
  return made;
}

async function onSession<Result>(pool: Pool, server: string, work: (query: Query) => Promise<Result>): Promise<Result> {
  const session = await pool.connect().catch((error: unknown) => {
    throw asStoreError(error, server);
  });
  let broken = false;
  const query: Query = async <Row extends object>(statement: Statement, values: readonly Value[]) => {
    try {
      return (await session.query<Row>({ ...statement, values: [...values] })).rows;
    } catch (error) {
      broken ||= !isRefusal(error);
      throw asStoreError(error, server);
    }
  };
  try {
    return await work(query);
  } catch (error) {
    if (!broken && session.getTransactionStatus() !== 'I') await query({ text: 'rollback' }, []).catch(() => {});
    throw error;
  } finally {
    // A session in an unknown state is not used again.
    session.release(broken);
  }
}

async function inTransaction<Result>(query: Query, work: Transaction<Result>): Promise<Result> {
  let open = true;
  await query({ text: 'begin' }, []);
  const result = await work(query, async () => {
    open = false;
    await query({ text: 'rollback' }, []);
  });
  if (open) await query({ text: 'commit' }, []);
  return result;
}
