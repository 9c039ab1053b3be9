// Queue rows as the process that holds them sees them: deliveries with their events, one object per event.
import type { EventContent, LeasedDelivery, Resume } from '../../domain/delivery.ts';
import type { DeliveryId, EventId, TenantId } from '../../domain/ids.ts';
import { steady, wall } from '../../domain/time.ts';
import { STATE, stateOf } from './codes.ts';
import type { Connection } from './connection.ts';
import { readId } from './uuid.ts';

const EVENT_CONTENT = `select tenant, id, created_at, type, body from event where key = ?`;

/** The columns that a statement must select for `LeasedDeliveries`. */
export const LEASED_COLUMNS = `id, tenant, endpoint, event, attempts, failures, interruptions, suspect, resume_state, resume_at,
  due, begun_id, begun_at, begun_version, begun_sender`;

export type LeasedRow = readonly [
  id: Uint8Array,
  tenant: number,
  endpoint: number,
  event: number,
  attempts: number,
  failures: number,
  interruptions: number,
  suspect: number,
  resumeState: number | null,
  resumeAt: number | null,
  due: number | null,
  begunId: Uint8Array | null,
  begunAt: number | null,
  begunVersion: number | null,
  begunSender: number | null,
];

type EventRow = readonly [tenant: number, id: Uint8Array, createdAt: number, type: string, body: Uint8Array];

/** Reads the deliveries of one claim. */
export class LeasedDeliveries {
  readonly #db: Connection;
  readonly #events = new Map<number, EventContent>();
  readonly #revisions = new Map<TenantId, number>();

  constructor(db: Connection) {
    this.#db = db;
  }

  delivery(row: LeasedRow): LeasedDelivery {
    const [id, , endpoint, event, attempts, failures, interruptions, suspect, resumeState, resumeAt] = row;
    return {
      id: readId<DeliveryId>(id),
      endpointId: this.#db.names.endpointId(endpoint),
      event: this.#event(event),
      attempts,
      failures,
      interruptions,
      resume: readResume(resumeState, resumeAt),
      suspect: suspect === 1,
    };
  }

  /** The catalog revisions of the tenants met so far. */
  get revisions(): ReadonlyMap<TenantId, number> {
    return this.#revisions;
  }

  #event(key: number): EventContent {
    const known = this.#events.get(key);
    if (known !== undefined) return known;
    const [row] = this.#db.lists<EventRow>(EVENT_CONTENT, key);
    if (row === undefined) throw new Error(`a pending delivery names event ${key}, which does not exist`);
    const [tenantKey, id, createdAt, type, body] = row;
    const tenant = this.#db.names.tenantName(tenantKey);
    // Of a deleted tenant whose id is in use again, the new one's revision: it is what a catalog at hand is compared with.
    this.#revisions.set(tenant.id, this.#db.names.tenant(tenant.id)?.revision ?? tenant.revision);
    const event = { id: readId<EventId>(id), tenantId: tenant.id, type, createdAt: wall(createdAt), body };
    this.#events.set(key, event);
    return event;
  }
}

/** The state that a manual attempt goes back to. */
export function readResume(code: number | null, at: number | null): Resume | null {
  if (code === null || at === null) return null;
  const state = stateOf(code);
  return state === 'pending' ? { state, dueAt: steady(at) } : { state, endedAt: wall(at) };
}

/** The two columns of `readResume`. */
export function resumeColumns(resume: Resume | null): readonly [state: number | null, at: number | null] {
  if (resume === null) return [null, null];
  return [STATE[resume.state], resume.state === 'pending' ? resume.dueAt : resume.endedAt];
}
