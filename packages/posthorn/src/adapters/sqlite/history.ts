// Single events and deliveries with all that is known of them, and lists of events.
import { madeFromOf } from '../../domain/call.ts';
import type { AttemptId, DeliveryId, EventId, TenantId } from '../../domain/ids.ts';
import type { Outcome, Response } from '../../domain/outcome.ts';
import { wall } from '../../domain/time.ts';
import type {
  Attempt,
  DeliveryDetail,
  EventDetail,
  EventFilter,
  EventKey,
  EventSummary,
} from '../../seams/store/history.ts';
import type { Connection } from './connection.ts';
import { deliveriesOfEvent } from './deliveries.ts';
import type { Step } from './search.ts';
import { oneSummary, summaryOf } from './summary.ts';
import { BEFORE_ALL_IDS, idBytes, readId } from './uuid.ts';

const IN_RANGE = 'tenant = ? and created_at >= ? and (created_at, id) < (?, ?)';
// index: event_by_time, downwards; it holds all that is asked for
export const EVENTS = `
  select id, type, created_at from event where ${IN_RANGE} order by created_at desc, id desc limit ?`;
export const EVENTS_OF_TYPE = `
  select id, type, created_at from (
    select id, type, created_at from event where ${IN_RANGE} order by created_at desc, id desc limit ?
  ) where type = ? order by created_at desc, id desc limit ?`;
export const EVENTS_BOUND = `
  select id, created_at from event where ${IN_RANGE} order by created_at desc, id desc limit 1 offset ?`;
// index: event_by_id
// index: the primary key, downwards
export const EVENTS_OF_KEY = `
  select id, created_at from event_key where key = ? and ${IN_RANGE} order by created_at desc, id desc limit ?`;
const TYPE_OF = `select type from event where tenant = ? and id = ?`;
const EVENT = `select id, own_id, keys, erased_at, type, created_at, deliveries, body from event where tenant = ? and id = ?`;
const BODY = `select iif(erased_at is null, body, null) as body from event where tenant = ? and id = ?`;
// index: the primary key
const ATTEMPTS = `select * from attempt where delivery = ? order by number, started_at, id`;

interface EventRow {
  readonly id: Uint8Array;
  readonly type: string;
  readonly created_at: number;
}

interface EventDetailRow extends EventRow {
  readonly own_id: string | null;
  readonly keys: string | null;
  readonly erased_at: number | null;
  readonly deliveries: Uint8Array;
  readonly body: Uint8Array;
}

interface AttemptRow {
  readonly id: Uint8Array;
  readonly number: number;
  readonly manual: number;
  readonly version: number | null;
  readonly sender: number | null;
  readonly late: number;
  readonly started_at: number;
  readonly connect_ms: number | null;
  readonly duration_ms: number;
  readonly repeated: number;
  readonly outcome: Outcome;
  readonly error: string | null;
  readonly status: number | null;
  readonly truncated: number | null;
  readonly headers: string | null;
  readonly body: Uint8Array | null;
}

/**
 * A step of a call. See `History.events`.
 * @param after the key of the last event already seen
 * @param rows how many rows are examined: each takes 0.2 µs
 */
export function eventsStep(
  db: Connection,
  tenantId: TenantId,
  { eventType, key, since = wall(0), until }: EventFilter,
  after: EventKey | null,
  limit: number,
  rows: number,
): Step<EventSummary, EventKey> {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return { items: [], next: null };
  const range = [tenant, since, ...upperEnd(until ?? Number.MAX_SAFE_INTEGER, after)] as const;
  if (key !== undefined) return eventsOfKey(db, tenant, key, range, eventType, limit);
  if (eventType === undefined) return { items: db.all<EventRow>(EVENTS, ...range, limit).map(readEvent), next: null };
  const items = db.all<EventRow>(EVENTS_OF_TYPE, ...range, rows, eventType, limit).map(readEvent);
  const bound = items.length === limit ? undefined : db.get<EventRow>(EVENTS_BOUND, ...range, rows - 1);
  return { items, next: bound === undefined ? null : { createdAt: wall(bound.created_at), id: readId(bound.id) } };
}

/** Events read one by one in a step: about 2 ms. */
const NAMED_PER_STEP = 500;

function eventsOfKey(
  db: Connection,
  tenant: number,
  key: string,
  range: readonly [tenant: number, since: number, createdAt: number, id: Uint8Array],
  eventType: string | undefined,
  limit: number,
): Step<EventSummary, EventKey> {
  const named = db.all<Omit<EventRow, 'type'>>(EVENTS_OF_KEY, key, ...range, NAMED_PER_STEP);
  const items: EventSummary[] = [];
  for (const one of named) {
    const type = db.get<{ type: string }>(TYPE_OF, tenant, one.id)?.type;
    if (type !== undefined && (eventType ?? type) === type) items.push(readEvent({ ...one, type }));
    if (items.length === limit) break;
  }
  const last = named.length < NAMED_PER_STEP || items.length === limit ? undefined : named.at(-1);
  return { items, next: last === undefined ? null : { createdAt: wall(last.created_at), id: readId(last.id) } };
}

/** See `History.event`. */
export function event(db: Connection, tenantId: TenantId, id: EventId): EventDetail | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return undefined;
  const row = db.get<EventDetailRow>(EVENT, tenant, idBytes(id));
  if (row === undefined) return undefined;
  const deliveries = deliveriesOfEvent(db, tenant, row.deliveries);
  const keys = row.keys === null ? [] : (JSON.parse(row.keys) as string[]);
  const erasedAt = row.erased_at === null ? null : wall(row.erased_at);
  return { ...readEvent(row), ownId: row.own_id, keys, erasedAt, body: row.body, deliveries };
}

/** See `History.delivery`. */
export function delivery(db: Connection, tenantId: TenantId, id: DeliveryId): DeliveryDetail | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return undefined;
  const key = idBytes(id);
  const row = oneSummary(db, tenant, key);
  if (row === undefined) return undefined;
  const body = db.get<{ body: Uint8Array | null }>(BODY, tenant, row.event_id)?.body ?? null;
  return { ...summaryOf(db, row), body, history: db.all<AttemptRow>(ATTEMPTS, key).map(readAttempt) };
}

function upperEnd(until: number, after: EventKey | null): readonly [createdAt: number, id: Uint8Array] {
  if (after === null || after.createdAt >= until) return [until, BEFORE_ALL_IDS];
  return [after.createdAt, idBytes(after.id)];
}

function readEvent(row: EventRow): EventSummary {
  return { id: readId<EventId>(row.id), type: row.type, createdAt: wall(row.created_at) };
}

function readAttempt(row: AttemptRow): Attempt {
  return {
    id: readId<AttemptId>(row.id),
    number: row.number,
    trigger: row.manual === 1 ? 'manual' : 'schedule',
    madeFrom: madeFromOf(row.version, row.sender),
    startedAt: wall(row.started_at),
    connectMs: row.connect_ms,
    durationMs: row.duration_ms,
    repeated: row.repeated === 1,
    late: row.late === 1,
    outcome: row.outcome,
    response: readResponse(row),
    error: row.error,
  };
}

function readResponse({ status, headers, body, truncated }: AttemptRow): Response | null {
  if (status === null || headers === null || body === null) return null;
  return { status, headers: JSON.parse(headers) as [string, string][], body, truncated: truncated === 1 };
}
