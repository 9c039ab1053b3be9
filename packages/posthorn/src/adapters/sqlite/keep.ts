// Values stored once and for ever, such as the check of the encryption key.
import type { Connection } from './connection.ts';

const KEEP = `insert into kept (name, value) values (?, ?) on conflict (name) do nothing`;
const KEPT = `select value from kept where name = ?`;

/** See `Registry.keep`. */
export function keep(db: Connection, name: string, value: Uint8Array): Uint8Array {
  db.run(KEEP, name, value);
  return db.get<{ value: Uint8Array }>(KEPT, name)?.value ?? value;
}
