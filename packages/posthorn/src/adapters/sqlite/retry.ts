// One more attempt by hand: pending work is brought forward, ended work goes back to the queue.
import { type DeliveryId, idTime, type TenantId } from '../../domain/ids.ts';
import { afterRetry } from '../../domain/retry.ts';
import { type SteadyMs, steady } from '../../domain/time.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import type { Queue } from '../../seams/store/queue.ts';
import { ENDED_STATES, ENDPOINT_STATE, PLACE, placeOf } from './codes.ts';
import type { Connection } from './connection.ts';
import { once } from './idempotency.ts';
import { readResume, resumeColumns } from './leased-rows.ts';
import { endedAt } from './moments.ts';
import { idBytes, readId } from './uuid.ts';

const QUEUED = `
  select endpoint, place, due, resume_state, resume_at from queue where id = ? and tenant = ?`;
// index: delivery_by_tenant
const ENDED = `select endpoint, state from delivery where tenant = ? and state in (${ENDED_STATES}) and id = ?`;
const ENDPOINT = `select state, deleted_at from endpoint where key = ?`;
const BRING_FORWARD = `
  update queue set place = ${PLACE.due}, due = ?, resume_state = ?, resume_at = ? where id = ?`;
// index: the primary key
const QUEUE_AGAIN = `
  insert into queue (id, tenant, endpoint, event, place, due, attempts, failures, interruptions, resume_state, resume_at,
    replay, type_hash, last_outcome, last_status, last_at)
  select id, tenant, endpoint, event, ${PLACE.due}, ?, attempts, failures, interruptions, state,
    ${endedAt('?')}, ?,
    type_hash, last_outcome, last_status, last_at
  from delivery where endpoint = ? and state = ? and id = ?
    and (select erased_at from event where key = delivery.event) is null`;
const REMOVE_ENDED = `delete from delivery where endpoint = ? and state = ? and id = ?`;

interface QueuedRow {
  readonly endpoint: number;
  readonly place: number;
  readonly due: number | null;
  readonly resume_state: number | null;
  readonly resume_at: number | null;
}

type Answer = Awaited<ReturnType<Queue['retry']>>;

/** See `Queue.retry`. */
export function retry(
  db: Connection,
  tenantId: TenantId,
  deliveryId: DeliveryId,
  now: SteadyMs,
  claim?: ClaimedKey,
): Answer {
  return once(db, claim, () => makeDue(db, tenantId, deliveryId, now));
}

function makeDue(db: Connection, tenantId: TenantId, deliveryId: DeliveryId, now: SteadyMs): Answer {
  const tenant = db.names.tenant(tenantId);
  if (tenant === undefined) return 'missing';
  const id = idBytes(deliveryId);
  const queued = db.get<QueuedRow>(QUEUED, id, tenant.key);
  if (queued !== undefined) {
    return obstacle(db, queued.endpoint) ?? retryPending(db, id, queued, now);
  }
  const ended = db.get<{ endpoint: number; state: number }>(ENDED, tenant.key, id);
  if (ended === undefined) return 'missing';
  const { endpoint, state } = ended;
  const refused = obstacle(db, endpoint);
  if (refused !== undefined) return refused;
  return queueAgain(db, { endpoint, state, id }, now, null) ? 'due' : 'erased';
}

/** An ended delivery by its key. */
export interface EndedKey {
  readonly endpoint: number;
  readonly state: number;
  readonly id: Uint8Array;
}

/**
 * Makes an ended delivery due at `now`.
 * @param replay the replay that wants it; `null` when a person does
 * @returns `false` when its event was erased: there is nothing to send
 */
export function queueAgain(db: Connection, delivery: EndedKey, now: SteadyMs, replay: number | null): boolean {
  const { endpoint, state, id } = delivery;
  if (db.run(QUEUE_AGAIN, now, idTime(readId<DeliveryId>(id)), replay, endpoint, state, id) === 0) return false;
  db.run(REMOVE_ENDED, endpoint, state, id);
  return true;
}

function retryPending(db: Connection, id: Uint8Array, row: QueuedRow, now: SteadyMs): Answer {
  const resume = readResume(row.resume_state, row.resume_at);
  const dueAt = row.due === null ? null : steady(row.due);
  const after = afterRetry({ place: placeOf(row.place), dueAt, resume }, now);
  if (after === 'under_way') return after;
  db.run(BRING_FORWARD, after.dueAt, ...resumeColumns(after.resume), id);
  return 'due';
}

/** Why nothing can be attempted at this endpoint, if so. */
export function obstacle(db: Connection, endpoint: number): 'endpoint_gone' | 'endpoint_disabled' | undefined {
  const row = db.get<{ state: number; deleted_at: number | null }>(ENDPOINT, endpoint);
  if (row === undefined || row.deleted_at !== null) return 'endpoint_gone';
  return row.state === ENDPOINT_STATE.active ? undefined : 'endpoint_disabled';
}
