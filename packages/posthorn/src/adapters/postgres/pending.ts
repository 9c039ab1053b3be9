// How much is pending, for gauges: counted in indexes and only up to a limit, on the sessions that serve people.
import { type DeliveryId, idTime } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import type { Pending } from '../../seams/store/history.ts';
import type { Database, Statement } from './connection.ts';

/** Served by queue_due, queue_backlog and queue_held, and by the primary key up to the first that is not held. */
const PENDING: Statement = {
  text: `
select
  (select count(*)::int from (select from posthorn.queue where place = 'due' limit $1) as found) as due,
  (select count(*)::int from (select from posthorn.queue where place = 'backlog' limit $1) as found) as backlog,
  (select count(*)::int from (select from posthorn.queue where place = 'held' limit $1) as found) as held,
  (
    select id
    from (select id, place from posthorn.queue order by id limit $1) as oldest
    where place <> 'held'
    limit 1
  ) as oldest
`,
};

interface PendingRow {
  readonly due: number;
  readonly backlog: number;
  readonly held: number;
  readonly oldest: DeliveryId | null;
}

/** See `History.pending`. */
export async function pending(database: Database, limit: number): Promise<Pending> {
  const [row] = await database.read<PendingRow>(PENDING, [limit]);
  const { due, backlog, held, oldest } = row ?? { due: 0, backlog: 0, held: 0, oldest: null };
  return { due, backlog, held, oldestCreatedAt: oldest === null ? null : wall(idTime(oldest)) };
}
