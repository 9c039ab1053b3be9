// A delivery as lists show it, pending or ended.
import type { DeliveryState } from '../../domain/delivery.ts';
import { type DeliveryId, type EndpointId, type EventId, idTime } from '../../domain/ids.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { steady, wall } from '../../domain/time.ts';
import type { DeliverySummary } from '../../seams/store/history.ts';

/** The tenant that a statement's first parameter names. */
export const TENANT = 'tenant = (select key from posthorn.tenant where id = $1 and deleted_at is null)';

export const PENDING = `
select id, tenant, endpoint_id, event_id, event_type, 'pending' as state, attempts, due_at, null::bigint as ended_at,
  last_outcome, last_status, last_at
from posthorn.queue`;

export const ENDED = `
select id, tenant, endpoint_id, event_id, event_type, state, attempts, null::bigint as due_at, ended_at,
  last_outcome, last_status, last_at
from posthorn.delivery`;

/** For statements that join the endpoint. */
export const HOST_OF = `nullif(endpoint.host, '') as host`;

export interface DeliveryRow {
  readonly id: DeliveryId;
  readonly endpoint_id: EndpointId;
  readonly event_id: EventId;
  readonly event_type: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly due_at: number | null;
  readonly ended_at: number | null;
  readonly last_outcome: Outcome | null;
  readonly last_status: number | null;
  readonly last_at: number | null;
  readonly host: string | null;
}

export function summaryOf(row: DeliveryRow): DeliverySummary {
  const { last_outcome: outcome, last_at: startedAt } = row;
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    endpointHost: row.host,
    eventId: row.event_id,
    eventType: row.event_type,
    state: row.state,
    createdAt: wall(idTime(row.id)),
    attempts: row.attempts,
    nextAttemptAt: row.due_at === null ? null : steady(row.due_at),
    endedAt: row.ended_at === null ? null : wall(row.ended_at),
    lastAttempt:
      outcome === null || startedAt === null ? null : { outcome, status: row.last_status, startedAt: wall(startedAt) },
  };
}
