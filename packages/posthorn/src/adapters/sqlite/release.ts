// Taking deliveries back from their holder without an attempt.
import type { DeliveryId, OwnerId } from '../../domain/ids.ts';
import type { SteadyMs } from '../../domain/time.ts';
import type { Release } from '../../seams/store/queue.ts';
import { ENDPOINT_STATE, PLACE } from './codes.ts';
import type { Connection } from './connection.ts';
import { END_CANCELLED } from './sweep.ts';
import { idBytes, readId } from './uuid.ts';

const TO_DUE = `
  update queue set place = ${PLACE.due}, owner = null, due = ?, begun_id = null, begun_at = null
  where id = ? and owner = ?`;
const TO_BACKLOG = `
  update queue set place = ${PLACE.backlog}, owner = null, begun_id = null, begun_at = null
  where id = ? and owner = ?`;
// A delivery whose endpoint is not disabled any more is due, because the enabling it would wait for has already happened.
const TO_PAUSED = `
  update queue set owner = null, begun_id = null, begun_at = null, due = ?,
    place = iif(
      (select state = ${ENDPOINT_STATE.disabled} and deleted_at is null from endpoint where key = queue.endpoint),
      ${PLACE.paused}, ${PLACE.due}
    )
  where id = ? and owner = ?`;
const END_LEASED_ONE = `${END_CANCELLED} where id = ?2 and owner = ?3`;
const REMOVE_LEASED_ONE = `delete from queue where id = ? and owner = ?`;
// All of the queue is read: no index finds what is leased, since born-leased rows must not pay for one.
const LEASED = `select id from queue where place = ${PLACE.leased} and owner = ?`;

/** See `Queue.release`. */
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
    case 'paused':
      db.run(TO_PAUSED, one.now, id, owner);
      break;
    case 'cancelled':
      db.run(END_LEASED_ONE, one.endedAt, id, owner);
      db.run(REMOVE_LEASED_ONE, id, owner);
      break;
  }
}

/** See `Queue.reclaim`. */
export function reclaim(db: Connection, owner: OwnerId, leased: readonly DeliveryId[], now: SteadyMs): number {
  const ownerKey = db.names.owner(owner);
  if (ownerKey === undefined) return 0;
  const known = new Set(leased);
  let found = 0;
  for (const { id } of db.all<{ id: Uint8Array }>(LEASED, ownerKey)) {
    if (known.has(readId<DeliveryId>(id))) continue;
    db.run(TO_DUE, now, id, ownerKey);
    found += 1;
  }
  return found;
}
