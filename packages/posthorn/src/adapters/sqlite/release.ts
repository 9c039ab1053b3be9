// Taking deliveries back from their holder without an attempt, and cancelling them.
import type { DeliveryId, OwnerId } from '../../domain/ids.ts';
import type { SteadyMs } from '../../domain/time.ts';
import type { Release } from '../../seams/store/queue.ts';
import type { Connection } from './connection.ts';
import { idBytes, readId } from './uuid.ts';

const TO_DUE = `
  update queue set place = 1, owner = null, due = ?, begun_id = null, begun_at = null where id = ? and owner = ?`;
const TO_BACKLOG = `
  update queue set place = 2, owner = null, begun_id = null, begun_at = null where id = ? and owner = ?`;
// A delivery whose endpoint is not disabled any more is due since ever, lest it wait for an enabling that has been.
const TO_HELD = `
  update queue set owner = null, begun_id = null, begun_at = null, due = 0,
    place = iif((select enabled = 0 and deleted_at is null from endpoint where key = queue.endpoint), 3, 1)
  where id = ? and owner = ?`;
// A settled delivery that was pending once more (resume_state above 0) goes back to what it was.
const SETTLE_CANCELLED = `
  insert into delivery (id, tenant, endpoint, event, state, attempts, failures, interruptions, ended_at)
  select id, tenant, endpoint, event, iif(resume_state > 0, resume_state, 3), attempts, failures, interruptions,
    iif(resume_state > 0, resume_at, ?1)
  from queue`;
const SETTLE_HELD_ONE = `${SETTLE_CANCELLED} where id = ?2 and owner = ?3`;
const REMOVE_HELD_ONE = `delete from queue where id = ? and owner = ?`;
// indexes: queue_backlog, queue_held, queue_due (all of it: what is due is not found by endpoint)
const SETTLE_OF_ENDPOINT = `
  ${SETTLE_CANCELLED} where id in (
    select id from queue where place = 2 and endpoint = ?2
    union all select id from queue where place = 3 and endpoint = ?2
    union all select id from queue where place = 1 and endpoint = ?2)`;
const REMOVE_OF_ENDPOINT = `
  delete from queue where id in (
    select id from queue where place = 2 and endpoint = ?1
    union all select id from queue where place = 3 and endpoint = ?1
    union all select id from queue where place = 1 and endpoint = ?1)`;
// All of the queue is read: no index finds what is leased, since born-leased rows must not pay for one.
const LEASED = `select id from queue where place = 0 and owner = ?`;

export function release(db: Connection, owner: OwnerId, releases: readonly Release[]): void {
  const ownerKey = db.names.owner(owner);
  if (ownerKey === undefined) return;
  for (const one of releases) releaseOne(db, ownerKey, one);
}

function releaseOne(db: Connection, owner: number, one: Release): void {
  const id = idBytes(one.id);
  switch (one.to) {
    case 'due':
      db.run(TO_DUE, one.dueAt, id, owner);
      break;
    case 'backlog':
      db.run(TO_BACKLOG, id, owner);
      break;
    case 'held':
      db.run(TO_HELD, id, owner);
      break;
    case 'cancelled':
      db.run(SETTLE_HELD_ONE, one.endedAt, id, owner);
      db.run(REMOVE_HELD_ONE, id, owner);
      break;
  }
}

export function reclaim(db: Connection, owner: OwnerId, held: readonly DeliveryId[], now: SteadyMs): number {
  const ownerKey = db.names.owner(owner);
  if (ownerKey === undefined) return 0;
  const known = new Set(held);
  let found = 0;
  for (const { id } of db.all<{ id: Uint8Array }>(LEASED, ownerKey)) {
    if (known.has(readId<DeliveryId>(id))) continue;
    db.run(TO_DUE, now, id, ownerKey);
    found += 1;
  }
  return found;
}

/** Cancels what is pending for an endpoint and in nobody's hands. @param at wall clock */
export function cancelForEndpoint(db: Connection, endpoint: number, at: number): void {
  db.run(SETTLE_OF_ENDPOINT, at, endpoint);
  db.run(REMOVE_OF_ENDPOINT, endpoint);
}
