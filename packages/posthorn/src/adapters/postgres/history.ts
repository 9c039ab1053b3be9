// What happened, for people: events, deliveries, attempts. Pending deliveries lie in the queue, ended ones in the history;
// every answer looks at both in one statement, so that a delivery that moves between them is neither missing nor double.
import type { DeliveryState } from '../../domain/delivery.ts';
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  idFloor,
  idTime,
  type TenantId,
} from '../../domain/ids.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { steady, type WallMs, wall } from '../../domain/time.ts';
import type {
  Attempt,
  DeliveryDetail,
  DeliveryFilter,
  DeliverySummary,
  EventDetail,
  EventFilter,
  EventSummary,
} from '../../seams/store/history.ts';
import type { Page } from '../../seams/store/registry.ts';
import type { Database, Statement } from './connection.ts';
import { latestOfType, type Range } from './history-by-type.ts';
import { NIL, plainArray } from './wire.ts';

/** The last moment that a UUIDv7 can carry. */
const MAX_ID_MS = 2 ** 48 - 1;

/**
 * So often a list of one type looks at its latest events. If that does not fill the page, the other conditions are rarer than
 * the type, or it is frequent: then deliveries are walked through.
 */
const STEPS_BY_TYPE = 4;

const PENDING = `
select id, endpoint_id, event_id, event_type, 'pending' as state, attempts, due_at, null::bigint as ended_at
from posthorn.queue`;

const ENDED = `
select id, endpoint_id, event_id, event_type, state, attempts, null::bigint as due_at, ended_at
from posthorn.delivery`;

const TENANT = 'tenant = (select key from posthorn.tenant where id = $1 and deleted_at is null)';

/**
 * Served by event_newest, or event_type. One bound from above: of two, the index would begin at the first one, and a page deep
 * down would wade through all that is newer.
 */
export const EVENTS: Statement = {
  text: `
select id, type, created_at
from posthorn.event
where ${TENANT}
  and ($3::text is null or type = $3)
  and created_at >= 0 and created_at >= $4 and (created_at, id) < ($5, $6::uuid)
order by created_at desc, id desc
limit $2
`,
};

const EVENT: Statement = {
  text: `
with one as materialized (
  select * from posthorn.event where ${TENANT} and id = $2
),
listed as (
  select made.id, made.nr from one cross join unnest(one.deliveries) with ordinality as made (id, nr)
)
select one.own_id, one.type, one.created_at, one.body, delivery.*
from one left join (
  select listed.nr, found.*
  from listed cross join lateral (
    ${PENDING} where queue.id = listed.id
    union all
    ${ENDED} where ${TENANT} and delivery.id = listed.id
  ) as found
) as delivery on true
order by delivery.nr
`,
};

const FILTER = `
${TENANT}
  and id < $3 and id >= $4
  and ($5::uuid is null or endpoint_id = $5)
  and ($6::uuid is null or id = any ((select deliveries from posthorn.event where ${TENANT} and id = $6)::uuid[]))
  and ($7::text is null or event_type = $7)
  and ($9::uuid is null or id = $9)`;

/** Served by attempt_id. */
const DELIVERY_OF_ATTEMPT: Statement = {
  text: 'select delivery_id from posthorn.attempt where id = $1 and number > 0',
};

/**
 * Served by queue_tenant, and by the primary key of delivery, delivery_endpoint, delivery_unsuccessful or
 * delivery_unsuccessful_of_endpoint. Planned for its values each time: what they rule out is not looked at.
 */
export const DELIVERIES: Statement = {
  text: `
(${PENDING} where ${FILTER} and attempts >= 0 and ($8::text is null or $8 = 'pending') order by id desc limit $2)
union all
(${ENDED} where ${FILTER} and $8::text is distinct from 'pending' and ($8::text is null or state = $8) order by id desc
  limit $2)
order by id desc
limit $2
`,
};

/** Served by the primary keys. */
const AMONG: Statement = {
  text: `
select found.*
from unnest($2::uuid[]) as listed (id) cross join lateral (
  ${PENDING} where ${TENANT} and queue.id = listed.id
  union all
  ${ENDED} where ${TENANT} and delivery.id = listed.id
) as found
where $3::text is null or found.state = $3
order by found.id desc
limit $4
`,
};

const DELIVERY: Statement = {
  text: `
select one.*, attempt.id as attempt_id, attempt.started_at, attempt.connect_ms, attempt.duration_ms, attempt.number,
  attempt.status, attempt.manual, attempt.repeated, attempt.late, attempt.truncated, attempt.outcome, attempt.error,
  attempt.response_headers, attempt.response_body
from (
  ${PENDING} where ${TENANT} and id = $2
  union all
  ${ENDED} where ${TENANT} and id = $2
) as one
left join posthorn.attempt on attempt.delivery_id = one.id
order by attempt.started_at, attempt.id
`,
};

interface DeliveryRow {
  readonly id: DeliveryId;
  readonly endpoint_id: EndpointId;
  readonly event_id: EventId;
  readonly event_type: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly due_at: number | null;
  readonly ended_at: number | null;
}

interface EventRow {
  readonly id: EventId;
  readonly type: string;
  readonly created_at: number;
}

interface EventDetailRow extends Omit<EventRow, 'id'> {
  readonly own_id: string | null;
  readonly body: Uint8Array;
}

/** Its last columns are empty when the attempt got no response, all of them when there was no attempt. */
interface AttemptRow {
  readonly attempt_id: AttemptId;
  readonly started_at: number;
  readonly connect_ms: number | null;
  readonly duration_ms: number;
  readonly number: number;
  readonly manual: boolean;
  readonly repeated: boolean;
  readonly late: boolean;
  readonly outcome: Outcome;
  readonly error: string | null;
  readonly status: number | null;
  readonly truncated: boolean | null;
  readonly response_headers: readonly (readonly [string, string])[] | null;
  readonly response_body: Uint8Array | null;
}

/** See `History.events`. */
export async function events(
  database: Database,
  tenantId: TenantId,
  filter: EventFilter,
  page: Page<{ readonly createdAt: WallMs; readonly id: EventId }>,
): Promise<EventSummary[]> {
  const until = filter.until ?? Number.MAX_SAFE_INTEGER;
  const { after } = page;
  const below = after !== null && after.createdAt < until ? [after.createdAt, after.id] : [until, NIL];
  const range = [filter.since ?? 0, ...below];
  const rows = await database.read<EventRow>(EVENTS, [tenantId, page.limit, filter.eventType ?? null, ...range]);
  return rows.map(({ id, type, created_at }) => ({ id, type, createdAt: wall(created_at) }));
}

/** See `History.event`. */
export async function event(database: Database, tenantId: TenantId, id: EventId): Promise<EventDetail | undefined> {
  const rows = await database.read<(DeliveryRow | { id: null }) & EventDetailRow>(EVENT, [tenantId, id]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const deliveries = rows.filter((row) => row.id !== null).map(summaryOf);
  const { own_id: ownId, type, created_at, body } = first;
  return { id, ownId, type, createdAt: wall(created_at), body, deliveries };
}

/** See `History.deliveries`. */
export async function deliveries(
  database: Database,
  tenantId: TenantId,
  filter: DeliveryFilter,
  page: Page<DeliveryId>,
): Promise<DeliverySummary[]> {
  const attempted = filter.attemptId === undefined ? null : await deliveryOf(database, filter.attemptId);
  if (attempted === undefined) return [];
  const until = momentFloor(filter.until ?? MAX_ID_MS);
  const low = momentFloor(filter.since ?? 0);
  const high = page.after !== null && page.after < until ? page.after : until;
  const { rows: first, downTo } = await ofType(database, tenantId, filter, { low, high }, page.limit);
  if (downTo === low || first.length === page.limit) return first.map(summaryOf);
  const rest = await database.read<DeliveryRow>(DELIVERIES, [
    tenantId,
    page.limit - first.length,
    downTo,
    low,
    filter.endpointId ?? null,
    filter.eventId ?? null,
    filter.eventType ?? null,
    filter.state ?? null,
    attempted,
  ]);
  return [...first, ...rest].map(summaryOf);
}

/** The newest deliveries of the type that is asked for, and the id down to which none is missing. */
async function ofType(
  database: Database,
  tenantId: TenantId,
  { eventType, endpointId, eventId, attemptId, state }: DeliveryFilter,
  { low, high }: Range,
  limit: number,
): Promise<{ rows: DeliveryRow[]; downTo: DeliveryId }> {
  const rows: DeliveryRow[] = [];
  let downTo = high;
  // An event or an attempt leads to its deliveries at once.
  if (eventType === undefined || eventId !== undefined || attemptId !== undefined) return { rows, downTo };
  for (let step = 0; step < STEPS_BY_TYPE && downTo > low && rows.length < limit; step++) {
    const range = { low, high: downTo };
    const latest = await latestOfType(database, tenantId, eventType, endpointId ?? null, range);
    if (latest.downTo >= downTo) break;
    const ids = latest.ids.filter((id) => id >= latest.downTo && id < range.high);
    const values = [tenantId, plainArray(ids), state ?? null, limit - rows.length];
    if (ids.length > 0) rows.push(...(await database.read<DeliveryRow>(AMONG, values)));
    downTo = latest.downTo;
  }
  return { rows, downTo };
}

async function deliveryOf(database: Database, id: AttemptId): Promise<DeliveryId | undefined> {
  const [found] = await database.read<{ delivery_id: DeliveryId }>(DELIVERY_OF_ATTEMPT, [id]);
  return found?.delivery_id;
}

/** See `History.delivery`. */
export async function delivery(
  database: Database,
  tenantId: TenantId,
  id: DeliveryId,
): Promise<DeliveryDetail | undefined> {
  const rows = await database.read<DeliveryRow & (AttemptRow | { attempt_id: null })>(DELIVERY, [tenantId, id]);
  const [first] = rows;
  if (first === undefined) return undefined;
  return { ...summaryOf(first), history: rows.filter((row) => row.attempt_id !== null).map(attemptOf) };
}

/** A delivery's id carries when it was created, so lists need no other index for times. */
function momentFloor(ms: number): DeliveryId {
  return idFloor(Math.min(ms, MAX_ID_MS));
}

function summaryOf(row: DeliveryRow): DeliverySummary {
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

function attemptOf(row: AttemptRow): Attempt {
  const { status, response_headers: headers, response_body: body, truncated } = row;
  const answered = status !== null && headers !== null && body !== null && truncated !== null;
  return {
    id: row.attempt_id,
    number: row.number,
    trigger: row.manual ? 'manual' : 'schedule',
    startedAt: wall(row.started_at),
    connectMs: row.connect_ms,
    durationMs: row.duration_ms,
    repeated: row.repeated,
    late: row.late,
    outcome: row.outcome,
    response: answered ? { status, headers, body, truncated } : null,
    error: row.error,
  };
}
