// Single events and deliveries with all that is known of them, and lists of events.
import { madeFromOf } from '../../domain/call.ts';
import type { AttemptId, DeliveryId, EventId, TenantId } from '../../domain/ids.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { wall } from '../../domain/time.ts';
import type {
  Attempt,
  DeliveryDetail,
  EventDetail,
  EventFilter,
  EventKey,
  EventSummary,
  Listed,
} from '../../seams/store/history.ts';
import type { Page } from '../../seams/store/registry.ts';
import type { Database, Statement } from './connection.ts';
import { NIL } from './sql-values.ts';
import { type DeliveryRow, ENDED, HOST_OF, PENDING, summaryOf, TENANT } from './summary.ts';

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

/** Served by the primary keys. */
const EVENTS_OF_KEY: Statement = {
  text: `
select found.id, event.type, found.created_at
from (
  select event_id as id, tenant, created_at
  from posthorn.event_key
  where key = $2 and ${TENANT} and created_at >= $3 and (created_at, event_id) < ($4, $5::uuid)
  order by created_at desc, event_id desc
  limit $6
) as found
join posthorn.event on event.id = found.id and event.tenant = found.tenant
order by created_at desc, id desc
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
select one.own_id, one.keys, one.erased_at, one.type, one.created_at, one.body, delivery.*, ${HOST_OF}
from one left join (
  select listed.nr, found.*
  from listed cross join lateral (
    ${PENDING} where queue.id = listed.id
    union all
    ${ENDED} where ${TENANT} and delivery.id = listed.id
  ) as found
) as delivery on true
left join posthorn.endpoint on endpoint.id = delivery.endpoint_id
order by delivery.nr
`,
};

const DELIVERY: Statement = {
  text: `
select one.*, ${HOST_OF}, attempt.id as attempt_id, attempt.started_at, attempt.connect_ms, attempt.duration_ms, attempt.number,
  attempt.status, attempt.manual, attempt.repeated, attempt.late, attempt.truncated, attempt.outcome, attempt.error,
  attempt.version, attempt.sender,
  attempt.response_headers, attempt.response_body
from (
  ${PENDING} where ${TENANT} and id = $2
  union all
  ${ENDED} where ${TENANT} and id = $2
) as one
left join posthorn.endpoint on endpoint.id = one.endpoint_id
left join posthorn.attempt on attempt.delivery_id = one.id
order by attempt.started_at, attempt.id
`,
};

const BODY: Statement = {
  text: `
select case when erased_at is null then body end as body from posthorn.event where ${TENANT} and id = $2
`,
};

interface EventRow {
  readonly id: EventId;
  readonly type: string;
  readonly created_at: number;
}

interface EventDetailRow extends Omit<EventRow, 'id'> {
  readonly own_id: string | null;
  readonly keys: readonly string[] | null;
  readonly erased_at: number | null;
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
  readonly version: number | null;
  readonly sender: number | null;
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
  page: Page<EventKey>,
): Promise<Listed<EventSummary, EventKey>> {
  const until = filter.until ?? Number.MAX_SAFE_INTEGER;
  const { after } = page;
  const below = after !== null && after.createdAt < until ? [after.createdAt, after.id] : [until, NIL];
  const range = [filter.since ?? 0, ...below];
  if (filter.key !== undefined) return await eventsOfKey(database, tenantId, filter.key, range, filter, page.limit);
  const rows = await database.read<EventRow>(EVENTS, [tenantId, page.limit, filter.eventType ?? null, ...range]);
  const items = rows.map(({ id, type, created_at }) => ({ id, type, createdAt: wall(created_at) }));
  return { items, cutAt: null };
}

/** Events read one by one for a page. */
const NAMED = 2_000;

async function eventsOfKey(
  database: Database,
  tenantId: TenantId,
  key: string,
  range: readonly (string | number)[],
  { eventType }: EventFilter,
  limit: number,
): Promise<Listed<EventSummary, EventKey>> {
  const rows = await database.read<EventRow>(EVENTS_OF_KEY, [tenantId, key, ...range, NAMED]);
  const found = rows.map(({ id, type, created_at }) => ({ id, type, createdAt: wall(created_at) }));
  const items = found.filter(({ type }) => (eventType ?? type) === type).slice(0, limit);
  return { items, cutAt: items.length < limit && rows.length === NAMED ? (found.at(-1) ?? null) : null };
}

/** See `History.event`. */
export async function event(database: Database, tenantId: TenantId, id: EventId): Promise<EventDetail | undefined> {
  const rows = await database.read<(DeliveryRow | { id: null }) & EventDetailRow>(EVENT, [tenantId, id]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const deliveries = rows.filter((row) => row.id !== null).map(summaryOf);
  const { own_id: ownId, keys, erased_at, type, created_at, body } = first;
  const erasedAt = erased_at === null ? null : wall(erased_at);
  return { id, ownId, keys: keys ?? [], erasedAt, type, createdAt: wall(created_at), body, deliveries };
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
  const [event] = await database.read<{ body: Uint8Array | null }>(BODY, [tenantId, first.event_id]);
  return {
    ...summaryOf(first),
    body: event?.body ?? null,
    history: rows.filter((row) => row.attempt_id !== null).map(attemptOf),
  };
}

function attemptOf(row: AttemptRow): Attempt {
  const { status, response_headers: headers, response_body: body, truncated } = row;
  const answered = status !== null && headers !== null && body !== null && truncated !== null;
  return {
    id: row.attempt_id,
    number: row.number,
    trigger: row.manual ? 'manual' : 'schedule',
    madeFrom: madeFromOf(row.version, row.sender),
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
