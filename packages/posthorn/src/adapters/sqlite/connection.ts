// One SQLite connection: statements prepared once, keys of names remembered. Everything is synchronous and of one thread.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Names } from './names.ts';

export class Connection {
  readonly names: Names;
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #lists = new Map<string, StatementSync>();

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite;
    this.names = new Names(this);
  }

  /** Runs a statement that answers no rows. @returns how many rows it changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Inserts a row. @returns its key, or `undefined` when a conflict was ignored */
  insert(sql: string, ...values: SQLInputValue[]): number | undefined {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values);
    return Number(changes) === 0 ? undefined : Number(lastInsertRowid);
  }

  /** The first row. `Row` is what the statement selects: the type is a promise of whoever wrote the SQL beside it. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  /** All rows. No reader stays open, so the write-ahead log can always be emptied. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  /**
   * All rows, each as a list of its columns in their order: for the hot path, where objects with a name per column cost
   * more than the rows they show.
   */
  lists<Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): Row[] {
    let statement = this.#lists.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      statement.setReturnArrays(true);
      this.#lists.set(sql, statement);
    }
    return statement.all(...values) as unknown as Row[];
  }

  /** Runs statements that have no parameters and answer nothing. */
  exec(sql: string): void {
    this.#sqlite.exec(sql);
  }

  /** Forgets what is remembered of the database: something was undone. */
  forget(): void {
    this.names.forget();
  }

  /** Whether a transaction is open. SQLite ends it by itself on a full disk or an I/O error. */
  get inTransaction(): boolean {
    return this.#sqlite.isTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#lists.clear();
    this.#sqlite.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
