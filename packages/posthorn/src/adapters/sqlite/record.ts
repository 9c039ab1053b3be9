// Storing what came of attempts. The hot end of the path: one insert, one delete, one insert for a delivery that is done.
import { idTime, type OwnerId } from '../../domain/ids.ts';
import type { CallResult } from '../../domain/outcome.ts';
import type { AttemptRecord } from '../../seams/store/queue.ts';
import { ENDED_STATES, OUTCOME, PLACE, STATE, STATUS_BASE } from './codes.ts';
import type { Connection } from './connection.ts';
import { resumeColumns } from './leased-rows.ts';
import { idBytes } from './uuid.ts';

const INSERT_ATTEMPT = `
  insert into attempt (delivery, id, number, manual, late, started_at, connect_ms, duration_ms, repeated, outcome, error,
    status, truncated, headers, body, version, sender, tenant)
  values (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, (select tenant from queue where id = ?1))
  on conflict (delivery, id) do nothing`;
const STORED_ATTEMPT = `select late from attempt where delivery = ? and id = ?`;
const MARK_LATE = `update attempt set late = 1 where delivery = ? and id = ?`;
const REMOVE_ATTEMPT = `delete from attempt where delivery = ? and id = ?`;
const QUEUED = `select 1 from queue where id = ?`;
// index: delivery_by_tenant, a search per tenant and state. An attempt is late for a delivery that has ended only after a
// takeover.
const ENDED = `
  select event.erased_at is not null as erased
  from tenant
  cross join delivery on delivery.tenant = tenant.key and state in (${ENDED_STATES}) and delivery.id = ?
  join event on event.key = delivery.event limit 1`;
// Late for a delivery whose event was erased meanwhile.
const ERASE_RESPONSE = `
  update attempt set headers = '[]', body = x'' where delivery = ? and id = ? and status is not null`;

const TO_DUE = `
  update queue set place = ${PLACE.due}, owner = null, due = ?, attempts = ?, failures = ?, interruptions = ?, suspect = 0,
    resume_state = ?, resume_at = ?, begun_id = null, begun_at = null, last_outcome = ?, last_status = ?, last_at = ?
  where id = ? and owner = ? and attempts = ?`;
// A manual attempt that failed: the delivery is what it was before, since when it was.
const END = `
  insert into delivery (id, tenant, endpoint, event, state, attempts, failures, interruptions, ended_at, type_hash,
    last_outcome, last_status, last_at)
  select id, tenant, endpoint, event, ?4, ?5, ?6, ?7, iif(resume_state = ?4 and ?8, resume_at, ?9), type_hash, ?10, ?11, ?12
  from queue where id = ?1 and owner = ?2 and attempts = ?3`;
const TAKE_OUT = `delete from queue where id = ?`;

/** See `Queue.record`. */
export function record(db: Connection, owner: OwnerId, records: readonly AttemptRecord[]): ('recorded' | 'late')[] {
  // An owner that is not registered holds nothing; no row has this owner.
  const ownerKey = db.names.owner(owner) ?? null;
  return records.map((one) => recordOne(db, ownerKey, one));
}

function recordOne(db: Connection, owner: number | null, one: AttemptRecord): 'recorded' | 'late' {
  if (!append(db, one)) {
    const stored = db.get<{ late: number }>(STORED_ATTEMPT, idBytes(one.deliveryId), idBytes(one.attemptId));
    return stored?.late === 1 ? 'late' : 'recorded';
  }
  if (owner !== null && moveOn(db, owner, one)) return 'recorded';
  const keys = [idBytes(one.deliveryId), idBytes(one.attemptId)] as const;
  const ended = db.get<{ erased: number }>(ENDED, keys[0]);
  const isKnown = ended !== undefined || db.get(QUEUED, keys[0]) !== undefined;
  // Nothing would ever remove an attempt of a delivery that is no more.
  db.run(isKnown ? MARK_LATE : REMOVE_ATTEMPT, ...keys);
  if (ended?.erased === 1) db.run(ERASE_RESPONSE, ...keys);
  return 'late';
}

/** False when this attempt is stored already. */
function append(db: Connection, one: AttemptRecord): boolean {
  const { deliveryId, attemptId, number, trigger, madeFrom, startedAt, result } = one;
  const { connectMs, durationMs, repeated, outcome, error } = result;
  const changes = db.run(
    INSERT_ATTEMPT,
    idBytes(deliveryId),
    idBytes(attemptId),
    number,
    trigger === 'manual' ? 1 : 0,
    startedAt,
    connectMs,
    durationMs,
    repeated ? 1 : 0,
    outcome,
    error,
    ...responseColumns(result.response),
    madeFrom?.version ?? null,
    madeFrom?.sender ?? null,
  );
  return changes === 1;
}

function statusColumn(response: CallResult['response']): number | null {
  return response === null ? null : response.status - STATUS_BASE;
}

function responseColumns(
  response: CallResult['response'],
): [status: number | null, truncated: number | null, headers: string | null, body: Uint8Array | null] {
  if (response === null) return [null, null, null, null];
  const { status, truncated, headers, body } = response;
  return [status, truncated ? 1 : 0, JSON.stringify(headers), body];
}

/** False when the owner does not hold the delivery, or another number of attempts is recorded: then nothing is changed. */
function moveOn(db: Connection, owner: number, one: AttemptRecord): boolean {
  const { deliveryId, number, startedAt, endedAt, result, next } = one;
  const last = [OUTCOME[result.outcome], statusColumn(result.response), startedAt - idTime(deliveryId)] as const;
  const id = idBytes(deliveryId);
  const { failures, interruptions } = next;
  if (next.state === 'pending') {
    const resume = resumeColumns(next.resume);
    const values = [next.dueAt, number, failures, interruptions, ...resume, ...last, id, owner, number - 1];
    return db.run(TO_DUE, ...values) === 1;
  }
  const failed = result.outcome === 'succeeded' ? 0 : 1;
  const ended = [STATE[next.state], number, failures, interruptions, failed, endedAt - idTime(deliveryId)];
  if (db.run(END, id, owner, number - 1, ...ended, ...last) === 0) return false;
  db.run(TAKE_OUT, id);
  return true;
}
