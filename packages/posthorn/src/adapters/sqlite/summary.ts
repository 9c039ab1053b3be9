// A delivery as lists show it, pending or ended.
import { type DeliveryId, type EventId, idTime } from '../../domain/ids.ts';
import { steady, wall } from '../../domain/time.ts';
import type { DeliverySummary } from '../../seams/store/history.ts';
import { ENDED_STATES, outcomeOf, PLACE, STATE, STATUS_BASE, stateOf } from './codes.ts';
import type { Connection } from './connection.ts';
import { momentOf } from './moments.ts';
import { readId } from './uuid.ts';

const SUMMARY = `endpoint, attempts, last_outcome, last_status, last_at, event.id as event_id, event.type`;
// index: the primary key
const QUEUED = `
  select queue.id, ${SUMMARY}, ${STATE.pending} as state, iif(place = ${PLACE.due}, due, null) as due, null as ended_at
  from queue join event on event.key = event where queue.id = ? and queue.tenant = ?`;
// index: delivery_by_tenant
const ENDED = `
  select delivery.id, ${SUMMARY}, state, null as due, ended_at
  from delivery join event on event.key = event
  where delivery.tenant = ? and state in (${ENDED_STATES}) and delivery.id = ?`;
// index: the primary key
const ENDED_OF_ENDPOINT = `
  select delivery.id, ${SUMMARY}, state, null as due, ended_at
  from delivery not indexed join event on event.key = event
  where endpoint = ? and state = ? and delivery.id = ?`;

export interface SummaryRow {
  readonly id: Uint8Array;
  readonly endpoint: number;
  readonly attempts: number;
  readonly last_outcome: number | null;
  readonly last_status: number | null;
  readonly last_at: number | null;
  readonly event_id: Uint8Array;
  readonly type: string;
  readonly state: number;
  readonly due: number | null;
  readonly ended_at: number | null;
}

/** The stored row of one delivery of a tenant. */
export function oneSummary(db: Connection, tenant: number, id: Uint8Array): SummaryRow | undefined {
  return db.get<SummaryRow>(QUEUED, id, tenant) ?? db.get<SummaryRow>(ENDED, tenant, id);
}

/** Where a delivery lies. */
export interface DeliveryKey {
  readonly id: Uint8Array;
  readonly endpoint: number;
  readonly state: number;
}

/** The stored summary of a delivery that was found a moment ago, in the same transaction. */
export function summaryAt(db: Connection, tenant: number, { id, endpoint, state }: DeliveryKey): SummaryRow {
  const row =
    state === STATE.pending
      ? db.get<SummaryRow>(QUEUED, id, tenant)
      : db.get<SummaryRow>(ENDED_OF_ENDPOINT, endpoint, state, id);
  if (row === undefined) throw new Error(`delivery ${readId(id)} is in an index and not in its table`);
  return row;
}

export function summaryOf(db: Connection, row: SummaryRow): DeliverySummary {
  const id = readId<DeliveryId>(row.id);
  const { last_outcome: outcome, last_at: startedAt } = row;
  return {
    id,
    endpointId: db.names.endpointId(row.endpoint),
    endpointHost: db.names.endpointHost(row.endpoint),
    eventId: readId<EventId>(row.event_id),
    eventType: row.type,
    state: stateOf(row.state),
    createdAt: wall(idTime(id)),
    attempts: row.attempts,
    nextAttemptAt: row.due === null ? null : steady(row.due),
    endedAt: row.ended_at === null ? null : momentOf(id, row.ended_at),
    lastAttempt:
      outcome === null || startedAt === null
        ? null
        : {
            outcome: outcomeOf(outcome),
            status: row.last_status === null ? null : row.last_status + STATUS_BASE,
            startedAt: momentOf(id, startedAt),
          },
  };
}
