// Handing pending work to the process that asks for it.
import type { EndpointId, OwnerId } from '../../domain/ids.ts';
import { type SteadyMs, steady } from '../../domain/time.ts';
import type { Claim, DueClaim } from '../../seams/store/queue.ts';
import { PLACE } from './codes.ts';
import type { Connection } from './connection.ts';
import { LEASED_COLUMNS, LeasedDeliveries, type LeasedRow } from './leased-rows.ts';

// index: queue_due
export const DUE = `
  select ${LEASED_COLUMNS} from queue where place = ${PLACE.due} and due <= ? order by due, id limit ?`;
export const NEXT_DUE = `select min(due) as due from queue where place = ${PLACE.due}`;
// index: queue_backlog
export const BACKLOG = `
  select ${LEASED_COLUMNS} from queue where place = ${PLACE.backlog} and endpoint = ? order by id limit ?`;
// Those that `DUE` has just found: up to and including the last of them. index: queue_due
const LEASE_DUE = `
  update queue set place = ${PLACE.leased}, owner = ? where place = ${PLACE.due} and (due, id) <= (?, ?)`;
// index: queue_backlog
const LEASE_BACKLOG = `
  update queue set place = ${PLACE.leased}, owner = ? where place = ${PLACE.backlog} and endpoint = ? and id <= ?`;
// index: queue_backlog, one search per endpoint found
export const BACKLOGS = `
  with recursive found (endpoint) as (
    select min(endpoint) from queue where place = ${PLACE.backlog}
    union all
    select (select min(endpoint) from queue where place = ${PLACE.backlog} and endpoint > found.endpoint)
    from found where found.endpoint is not null
  )
  select endpoint from found where endpoint is not null limit ?`;

/** See `Queue.claimDue`. */
export function claimDue(db: Connection, owner: OwnerId, now: SteadyMs, limit: number): DueClaim {
  const ownerKey = db.names.registered(owner);
  const rows = db.lists<LeasedRow>(DUE, now, limit);
  const dueAt = rows.map((row) => steady(row[10] ?? now));
  const [lastId] = rows.at(-1) ?? [];
  if (lastId !== undefined) db.run(LEASE_DUE, ownerKey, dueAt.at(-1) ?? now, lastId);
  return { ...leased(db, rows), dueAt, nextDue: nextDue(db) };
}

/** See `Queue.claimBacklog`. */
export function claimBacklog(
  db: Connection,
  owner: OwnerId,
  wants: readonly { readonly endpointId: EndpointId; readonly limit: number }[],
): Claim {
  const ownerKey = db.names.registered(owner);
  const rows = wants.flatMap(({ endpointId, limit }) => {
    const endpoint = db.names.endpointKey(endpointId);
    if (endpoint === undefined) return [];
    const found = db.lists<LeasedRow>(BACKLOG, endpoint, limit);
    const [lastId] = found.at(-1) ?? [];
    if (lastId !== undefined) db.run(LEASE_BACKLOG, ownerKey, endpoint, lastId);
    return found;
  });
  return leased(db, rows);
}

/** See `Queue.backlogs`. */
export function backlogs(db: Connection, limit: number): EndpointId[] {
  return db.all<{ endpoint: number }>(BACKLOGS, limit).map(({ endpoint }) => db.names.endpointId(endpoint));
}

/** See `Queue.nextDue`. */
export function nextDue(db: Connection): SteadyMs | null {
  const due = db.get<{ due: number | null }>(NEXT_DUE)?.due ?? null;
  return due === null ? null : steady(due);
}

function leased(db: Connection, rows: readonly LeasedRow[]): Claim {
  const leased = new LeasedDeliveries(db);
  const deliveries = rows.map((row) => leased.delivery(row));
  return { deliveries, revisions: leased.revisions };
}
