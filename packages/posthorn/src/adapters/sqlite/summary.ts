// A delivery as lists show it, pending or ended.
import type { DeliveryId, EventId } from '../../domain/ids.ts';
import { steady, wall } from '../../domain/time.ts';
import type { DeliverySummary } from '../../seams/store/history.ts';
import { ENDED_STATES, PLACE, STATE, stateOf } from './codes.ts';
import type { Connection } from './connection.ts';
import { readId } from './uuid.ts';

/** Columns of a delivery joined with its event. */
export const SUMMARY = `endpoint, attempts, event.id as event_id, event.type, event.created_at`;
const ONE_QUEUED = `
  select queue.id, ${SUMMARY}, ${STATE.pending} as state, iif(place = ${PLACE.due}, due, null) as due, null as ended_at
  from queue join event on event.key = event where queue.id = ? and queue.tenant = ?`;
// index: delivery_by_tenant
const ONE_ENDED = `
  select delivery.id, ${SUMMARY}, state, null as due, ended_at
  from delivery join event on event.key = event
  where delivery.tenant = ? and state in (${ENDED_STATES}) and delivery.id = ?`;

export interface SummaryRow {
  readonly id: Uint8Array;
  readonly endpoint: number;
  readonly attempts: number;
  readonly event_id: Uint8Array;
  readonly type: string;
  readonly created_at: number;
  readonly state: number;
  readonly due: number | null;
  readonly ended_at: number | null;
}

/** What is stored of one delivery of a tenant. */
export function oneSummary(db: Connection, tenant: number, id: Uint8Array): SummaryRow | undefined {
  return db.get<SummaryRow>(ONE_QUEUED, id, tenant) ?? db.get<SummaryRow>(ONE_ENDED, tenant, id);
}

export function summaryOf(db: Connection, row: SummaryRow): DeliverySummary {
  return {
    id: readId<DeliveryId>(row.id),
    endpointId: db.names.endpointId(row.endpoint),
    eventId: readId<EventId>(row.event_id),
    eventType: row.type,
    state: stateOf(row.state),
    createdAt: wall(row.created_at),
    attempts: row.attempts,
    nextAttemptAt: row.due === null ? null : steady(row.due),
    endedAt: row.ended_at === null ? null : wall(row.ended_at),
  };
}
