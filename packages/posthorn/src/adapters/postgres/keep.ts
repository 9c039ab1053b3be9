// Values stored once and for ever, such as the check of the encryption key.
import type { Database, Statement } from './connection.ts';

const KEEP: Statement = {
  text: 'insert into posthorn.kept (name, value) values ($1, $2) on conflict (name) do nothing',
};

const KEPT: Statement = { text: 'select value from posthorn.kept where name = $1' };

/** See `Registry.keep`. */
export async function keep(database: Database, name: string, value: Uint8Array): Promise<Uint8Array> {
  await database.work(KEEP, [name, value]);
  const [row] = await database.work<{ value: Uint8Array }>(KEPT, [name]);
  if (row === undefined) throw new Error(`what is kept under ${name} has vanished`);
  return row.value;
}
