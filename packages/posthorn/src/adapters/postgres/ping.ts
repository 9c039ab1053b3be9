// Whether the database can be written to: a write that changes nothing.
import type { Database, Statement } from './connection.ts';

const PING: Statement = { text: 'update posthorn.clock set latest_at = latest_at' };

/** See `Store.ping`. */
export async function ping(database: Database): Promise<void> {
  await database.work(PING, []);
}
