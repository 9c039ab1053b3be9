// Who is registered, how often each has beaten, and what becomes of the work of the dead.
import { madeFromOf } from '../../domain/call.ts';
import type { AttemptId, DeliveryId, OwnerId } from '../../domain/ids.ts';
import { type SteadyMs, wall } from '../../domain/time.ts';
import type { CutOffDelivery, OwnerBeat, Start } from '../../seams/store/queue.ts';
import { PLACE } from './codes.ts';
import type { Connection } from './connection.ts';
import { LEASED_COLUMNS, LeasedDeliveries, type LeasedRow } from './leased-rows.ts';
import { idBytes, readId } from './uuid.ts';

const JOIN = `insert into owner (id, beat) values (?, 1) on conflict (id) do nothing`;
const BEAT = `update owner set beat = beat + 1 where id = ?`;
const OTHERS = `select id, beat from owner where id <> ? order by key`;
const KEEP_STEADY = `update counter set value = max(value, ?) where name = 'steady'`;
// All of the queue is read, as in every statement that looks for leases by owner.
const LEAVE = `
  delete from owner
  where key = ?1 and not exists (select 1 from queue where place = ${PLACE.leased} and owner = ?1)`;
const DECLARE_DEAD = `delete from owner where key = ? and beat = ?`;
const INHERIT_BEGUN = `
  update queue set owner = ?, suspect = 1 where place = ${PLACE.leased} and owner = ? and begun_id is not null`;
const SET_FREE = `
  update queue set place = ${PLACE.due}, owner = null, due = ?, suspect = 1
  where place = ${PLACE.leased} and owner = ?`;
const BEGUN = `
  select ${LEASED_COLUMNS} from queue where place = ${PLACE.leased} and owner = ? and begun_id is not null`;
const BEGIN = `
  update queue set begun_id = ?, begun_at = ?, begun_version = ?, begun_sender = ? where id = ? and owner = ?`;

/** See `Queue.join`. */
export function join(db: Connection, owner: OwnerId): void {
  db.run(JOIN, idBytes(owner));
}

/** See `Queue.beat`. */
export function beat(db: Connection, owner: OwnerId, now: SteadyMs): OwnerBeat[] | undefined {
  const id = idBytes(owner);
  if (db.run(BEAT, id) === 0) return undefined;
  db.run(KEEP_STEADY, now);
  return db
    .all<{ id: Uint8Array; beat: number }>(OTHERS, id)
    .map((row) => ({ owner: readId<OwnerId>(row.id), beat: row.beat }));
}

/** See `Queue.leave`. */
export function leave(db: Connection, owner: OwnerId): void {
  const key = db.names.owner(owner);
  if (key === undefined) return;
  db.run(LEAVE, key);
  db.names.forget();
}

/** See `Queue.takeOver`. */
export function takeOver(db: Connection, heir: OwnerId, dead: OwnerBeat, now: SteadyMs): CutOffDelivery[] | undefined {
  const heirKey = db.names.registered(heir);
  const deadKey = db.names.owner(dead.owner);
  if (deadKey === undefined || db.run(DECLARE_DEAD, deadKey, dead.beat) === 0) return undefined;
  db.names.forget();
  const begun = db.lists<LeasedRow>(BEGUN, deadKey);
  if (begun.length > 0) db.run(INHERIT_BEGUN, heirKey, deadKey);
  db.run(SET_FREE, now, deadKey);
  const leased = new LeasedDeliveries(db);
  return begun.flatMap((row) => {
    const [, , , , , , , , , , , begunId, begunAt, version, sender] = row;
    if (begunId === null || begunAt === null) return [];
    const delivery = { ...leased.delivery(row), suspect: true };
    const attemptId = readId<AttemptId>(begunId);
    return { delivery, attemptId, startedAt: wall(begunAt), madeFrom: madeFromOf(version, sender) };
  });
}

/** See `Queue.begin`. */
export function begin(db: Connection, owner: OwnerId, starts: readonly Start[]): DeliveryId[] {
  const ownerKey = db.names.owner(owner);
  if (ownerKey === undefined) return [];
  return starts
    .filter(({ deliveryId, attemptId, startedAt, madeFrom: { version, sender } }) => {
      return db.run(BEGIN, idBytes(attemptId), startedAt, version, sender, idBytes(deliveryId), ownerKey) === 1;
    })
    .map(({ deliveryId }) => deliveryId);
}
