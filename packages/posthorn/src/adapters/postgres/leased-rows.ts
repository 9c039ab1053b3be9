// Rows of claimed deliveries, turned into what the engine holds: one event object for all deliveries of an event.
import type { EndState, EventContent, LeasedDelivery, Resume } from '../../domain/delivery.ts';
import type { DeliveryId, EndpointId, EventId, TenantId } from '../../domain/ids.ts';
import { steady, wall } from '../../domain/time.ts';
import type { Claim } from '../../seams/store/queue.ts';

export interface LeasedRow {
  readonly id: DeliveryId;
  readonly endpoint_id: EndpointId;
  readonly event_id: EventId;
  readonly event_type: string;
  readonly attempts: number;
  readonly failures: number;
  readonly interruptions: number;
  readonly suspect: boolean;
  readonly resume_state: Resume['state'] | null;
  readonly resume_at: number | null;
  readonly created_at: number;
  /** Only in the first row of an event. */
  readonly body: Uint8Array | null;
  /** Internal: tells two tenants apart that had the same id one after the other. */
  readonly tenant: number;
  readonly tenant_id: TenantId;
  readonly revision: number;
}

export function leasedDeliveries(rows: readonly LeasedRow[]): LeasedDelivery[] {
  const events = new Map<string, EventContent>();
  return rows.map((row) => {
    const key = `${row.tenant} ${row.event_id}`;
    const event = events.get(key) ?? eventOf(row);
    events.set(key, event);
    return {
      id: row.id,
      endpointId: row.endpoint_id,
      event,
      attempts: row.attempts,
      failures: row.failures,
      interruptions: row.interruptions,
      resume: resumeOf(row.resume_state, row.resume_at),
      suspect: row.suspect,
    };
  });
}

export function claimOf(rows: readonly LeasedRow[]): Claim {
  const revisions = new Map<TenantId, number>();
  for (const { tenant_id, revision } of rows) {
    revisions.set(tenant_id, Math.max(revision, revisions.get(tenant_id) ?? 0));
  }
  return { deliveries: leasedDeliveries(rows), revisions };
}

function eventOf(row: LeasedRow): EventContent {
  if (row.body === null) throw new Error(`the body of event ${row.event_id} did not come with its first delivery`);
  return {
    id: row.event_id,
    tenantId: row.tenant_id,
    type: row.event_type,
    createdAt: wall(row.created_at),
    body: row.body,
  };
}

/** The state that a manual attempt goes back to. */
export function resumeOf(state: Resume['state'] | null, at: number | null): Resume | null {
  if (state === null || at === null) return null;
  return state === 'pending' ? { state, dueAt: steady(at) } : { state: state satisfies EndState, endedAt: wall(at) };
}
