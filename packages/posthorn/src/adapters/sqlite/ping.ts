// Whether the database can be written to: a write that nobody reads.
import type { Connection } from './connection.ts';

// A new value each time: SQLite leaves out what would write a row as it was.
const PING = `
  insert into counter (name, value) values ('touched', 1) on conflict (name) do update set value = value + 1`;

/** See `Store.ping`. */
export function ping(db: Connection): void {
  db.run(PING);
}
