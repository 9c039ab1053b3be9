// Moves that concern everything an endpoint has pending: cancelling it when the endpoint is deleted, making it due when it is
// enabled. A million rows take seconds, so they move in steps, with other calls in between; what is left to do is stored,
// and goes on after a crash.
import { PLACE, STATE } from './codes.ts';
import type { Connection } from './connection.ts';

/** Rows moved per step: about 10 ms. */
const MOVED_PER_STEP = 1_000;

const PLAN = `
  insert into sweep (endpoint, cancelled_at, due) values (?, ?, ?)
  on conflict (endpoint) do update set cancelled_at = excluded.cancelled_at, due = excluded.due`;
const PLAN_OF_TENANT = `
  insert into sweep (endpoint, cancelled_at) select key, ? from endpoint where tenant = ? and deleted_at is null
  on conflict (endpoint) do update set cancelled_at = excluded.cancelled_at, due = null`;
const NEXT = `select endpoint, cancelled_at, due from sweep order by endpoint limit 1`;
const FINISH = `delete from sweep where endpoint = ?`;

// index: queue_paused
const FREE_PAUSED = `
  update queue set place = ${PLACE.due}, due = ?
  where id in (select id from queue where place = ${PLACE.paused} and endpoint = ? order by id limit ?)`;

/** An ended delivery that was pending once more (`resume_state` is not `pending`) goes back to what it was. */
export const END_CANCELLED = `
  insert into delivery (id, tenant, endpoint, event, state, attempts, failures, interruptions, ended_at, type_hash,
    last_outcome, last_status, last_at)
  select id, tenant, endpoint, event, iif(resume_state <> ${STATE.pending}, resume_state, ${STATE.cancelled}),
    attempts, failures, interruptions, iif(resume_state <> ${STATE.pending}, resume_at, ?1),
    type_hash, last_outcome, last_status, last_at
  from queue`;
// index: queue_backlog, queue_paused or queue_due_of_endpoint
const oldest = (place: number, endpoint: '?1' | '?2', limit: '?2' | '?3') =>
  `select id from queue where place = ${place} and endpoint = ${endpoint} order by id limit ${limit}`;
const CANCEL = [PLACE.backlog, PLACE.paused, PLACE.due].map((place) => ({
  settle: `${END_CANCELLED} where id in (${oldest(place, '?2', '?3')})`,
  remove: `delete from queue where id in (${oldest(place, '?1', '?2')})`,
}));

interface Sweep {
  readonly endpoint: number;
  readonly cancelled_at: number | null;
  readonly due: number | null;
}

/** Cancels what is pending for a deleted endpoint and in nobody's hands, by the steps that follow. */
export function planToCancel(db: Connection, endpoint: number, at: number): void {
  db.run(PLAN, endpoint, at, null);
}

/** The same for all endpoints of a tenant; to be called before they are deleted. */
export function planToCancelAll(db: Connection, tenant: number, at: number): void {
  db.run(PLAN_OF_TENANT, at, tenant);
}

/** Makes what is paused for an enabled endpoint due, by the steps that follow. */
export function planToFree(db: Connection, endpoint: number, due: number): void {
  db.run(PLAN, endpoint, null, due);
}

/** The endpoint was disabled again: what is still paused stays. */
export function cancelPlan(db: Connection, endpoint: number): void {
  db.run(FINISH, endpoint);
}

/** Moves the next rows. @returns whether something is left to move */
export function sweepStep(db: Connection): boolean {
  for (let left = MOVED_PER_STEP; left > 0; left--) {
    const sweep = db.get<Sweep>(NEXT);
    if (sweep === undefined) return false;
    const moved = move(db, sweep, left);
    if (moved < left) db.run(FINISH, sweep.endpoint);
    left -= moved;
  }
  return true;
}

function move(db: Connection, { endpoint, cancelled_at: cancelledAt, due }: Sweep, limit: number): number {
  if (due !== null) return db.run(FREE_PAUSED, due, endpoint, limit);
  let moved = 0;
  for (const { settle, remove } of CANCEL) {
    if (moved >= limit) break;
    const left = limit - moved;
    db.run(settle, cancelledAt, endpoint, left);
    moved += db.run(remove, endpoint, left);
  }
  return moved;
}
