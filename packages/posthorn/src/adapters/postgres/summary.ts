// A delivery as lists show it, pending or ended. Pending deliveries lie in the queue, ended ones in the history; every answer
// looks at both in one statement, so that a delivery that moves between them is neither missing nor double.
import type { DeliveryState } from '../../domain/delivery.ts';
import { type DeliveryId, type EndpointId, type EventId, idTime } from '../../domain/ids.ts';
import { steady, wall } from '../../domain/time.ts';
import type { DeliverySummary } from '../../seams/store/history.ts';

export const PENDING = `
select id, endpoint_id, event_id, event_type, 'pending' as state, attempts, due_at, null::bigint as ended_at
from posthorn.queue`;

export const ENDED = `
select id, endpoint_id, event_id, event_type, state, attempts, null::bigint as due_at, ended_at
from posthorn.delivery`;

export const TENANT = 'tenant = (select key from posthorn.tenant where id = $1 and deleted_at is null)';

export interface DeliveryRow {
  readonly id: DeliveryId;
  readonly endpoint_id: EndpointId;
  readonly event_id: EventId;
  readonly event_type: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly due_at: number | null;
  readonly ended_at: number | null;
}

export function summaryOf(row: DeliveryRow): DeliverySummary {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    eventType: row.event_type,
    state: row.state,
    createdAt: wall(idTime(row.id)),
    attempts: row.attempts,
    nextAttemptAt: row.due_at === null ? null : steady(row.due_at),
    endedAt: row.ended_at === null ? null : wall(row.ended_at),
  };
}
