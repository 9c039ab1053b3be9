// How much is pending, for gauges: counted in indexes and only up to a limit, because other calls wait meanwhile.
import { idTime } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import type { Pending } from '../../seams/store/history.ts';
import type { Connection } from './connection.ts';
import { readId } from './uuid.ts';

// index: queue_due, queue_backlog, queue_held, each read from one end
const COUNTS = `
  select
    (select count(*) from (select 1 from queue where place = 1 limit ?1)) as due,
    (select count(*) from (select 1 from queue where place = 2 limit ?1)) as backlog,
    (select count(*) from (select 1 from queue where place = 3 limit ?1)) as held`;
// index: the primary key, from the oldest id up to the first that is not held
const OLDEST = `select id from (select id, place from queue order by id limit ?) where place <> 3 limit 1`;

export function pending(db: Connection, limit: number): Pending {
  const counts = db.get<{ due: number; backlog: number; held: number }>(COUNTS, limit);
  const oldest = db.get<{ id: Uint8Array }>(OLDEST, limit);
  const { due, backlog, held } = counts ?? { due: 0, backlog: 0, held: 0 };
  return { due, backlog, held, oldestCreatedAt: oldest === undefined ? null : wall(idTime(readId(oldest.id))) };
}
