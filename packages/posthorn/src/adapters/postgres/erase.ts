// Erasing what events told, and keeping the facts: one that a person names, and those that a tenant keeps no longer.
// Vacuum removes the old rows that Postgres still has.
import type { DeliveryId, EndpointId, EventId, TenantId } from '../../domain/ids.ts';
import { lookAgainAt } from '../../domain/retention.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { ErasedStep } from '../../seams/store/history.ts';
import type { Database, Query, Statement } from './connection.ts';
import { plainArray } from './sql-values.ts';

/** Events looked at per step, and deliveries of these, give or take those of one event. */
const EVENTS_PER_STEP = 100;
const DELIVERIES_PER_STEP = 1_000;

const TENANT: Statement = { text: 'select key from posthorn.tenant where id = $1 and deleted_at is null' };

const COLUMNS = 'event.id, event.created_at, event.deliveries, event.endpoints, event.erased_at is not null as erased';

/** Served by the primary key. */
const EVENT: Statement = { text: `select ${COLUMNS} from posthorn.event where id = $2 and tenant = $1` };

/**
 * Retries and replays share this lock before they make a delivery due again. Those that have begun are waited for; those that
 * come later find that the event was erased.
 */
export const LOCK_ENDPOINTS: Statement = {
  text: 'select from posthorn.endpoint where id = any ($1::uuid[]) order by id for no key update',
};

/** In whoever's hands they are. A delivery that had ended and was due once more goes back to its former state. */
const CANCEL: Statement = {
  text: `
with gone as (
  delete from posthorn.queue where id = any ($1::uuid[]) returning *
)
insert into posthorn.delivery (
  id, tenant, endpoint_id, event_id, event_type, state, attempts, failures, interruptions, ended_at,
  last_outcome, last_status, last_at
)
select id, tenant, endpoint_id, event_id, event_type,
  case when resume_state <> 'pending' then resume_state else 'cancelled' end,
  attempts, failures, interruptions,
  case when resume_state <> 'pending' then resume_at else $2 end,
  last_outcome, last_status, last_at
from gone
`,
};

export const ERASE_RESPONSES: Statement = {
  text: `
update posthorn.attempt set response_headers = '[]', response_body = ''
where delivery_id = any ($1::uuid[]) and status is not null
`,
};

const REMOVE_DELIVERY_KEYS: Statement = {
  text: 'delete from posthorn.delivery_key where delivery_id = any ($1::uuid[])',
};
const REMOVE_EVENT_KEYS: Statement = {
  text: 'delete from posthorn.event_key where event_id = any ($1::uuid[]) and tenant = $2',
};

export const ERASE_EVENTS: Statement = {
  text: `
update posthorn.event set body = '', keys = null, erased_at = coalesce(erased_at, $3)
where id = any ($1::uuid[]) and tenant = $2
`,
};

const BEGIN_PLACE: Statement = { text: 'insert into posthorn.erasure (tenant) values ($1) on conflict do nothing' };

/** Nobody else takes a step of this tenant meanwhile. */
const PLACE: Statement = {
  text: 'select created_at, event_id from posthorn.erasure where tenant = $1 for update skip locked',
};

const MOVE: Statement = { text: 'update posthorn.erasure set created_at = $2, event_id = $3 where tenant = $1' };

/** Served by event_newest. */
export const OVERDUE_EVENTS: Statement = {
  text: `
select ${COLUMNS}
from posthorn.event
where tenant = $1 and created_at >= 0 and (created_at, id) > ($2, $3::uuid) and created_at < $4
order by created_at, id
limit $5
`,
};

/** Served by erasure_later_due. Without an event, it was removed. */
export const POSTPONED_EVENTS: Statement = {
  text: `
select postponed.event_id as id, event.created_at, event.deliveries, event.endpoints, event.erased_at is not null as erased
from (
  select event_id, tenant, look_at from posthorn.erasure_later where tenant = $1 and look_at <= $2 order by look_at limit $3
) as postponed
left join lateral (
  select created_at, deliveries, endpoints, erased_at
  from posthorn.event
  where id = postponed.event_id and tenant = postponed.tenant offset 0
) as event on true
order by postponed.look_at
`,
};

export const PENDING: Statement = { text: 'select event_id from posthorn.queue where id = any ($1::uuid[])' };

export const POSTPONE: Statement = {
  text: `
insert into posthorn.erasure_later (tenant, event_id, look_at)
select $1, * from unnest($2::uuid[], $3::bigint[])
on conflict (event_id, tenant) do update set look_at = excluded.look_at
`,
};

/** Events are done with: they were erased, or removed. */
const FORGET_POSTPONED: Statement = {
  text: 'delete from posthorn.erasure_later where event_id = any ($1::uuid[]) and tenant = $2',
};

interface EventRow {
  readonly id: EventId;
  readonly created_at: number;
  readonly deliveries: DeliveryId[];
  readonly endpoints: EndpointId[];
  readonly erased: boolean;
}

type PostponedRow = EventRow | { readonly id: EventId; readonly created_at: null };

/** See `History.eraseEvent`. */
export function eraseEvent(database: Database, tenantId: TenantId, id: EventId, at: WallMs): Promise<boolean> {
  return database.transaction(async (query) => {
    const tenant = await tenantKey(query, tenantId);
    if (tenant === undefined) return false;
    const events = await query<EventRow>(EVENT, [tenant, id]);
    if (events.length === 0) return false;
    await lockEndpoints(query, events);
    await query(CANCEL, [deliveriesOf(events), at]);
    await erase(query, tenant, events, at);
    return true;
  });
}

/** See `History.eraseOverdue`. */
export function eraseOverdue(
  database: Database,
  tenantId: TenantId,
  before: WallMs,
  now: WallMs,
  most: number,
): Promise<ErasedStep> {
  return database.transaction(async (query) => {
    const nothing = { looked: 0, erased: 0 };
    const tenant = await tenantKey(query, tenantId);
    if (tenant === undefined) return nothing;
    await query(BEGIN_PLACE, [tenant]);
    const [place] = await query<{ created_at: number; event_id: EventId }>(PLACE, [tenant]);
    if (place === undefined) return nothing;

    const limit = Math.min(most, EVENTS_PER_STEP);
    const postponed = await query<PostponedRow>(POSTPONED_EVENTS, [tenant, now, limit]);
    const removed = postponed.filter((event) => event.created_at === null);
    if (removed.length > 0) await query(FORGET_POSTPONED, [idsOf(removed), tenant]);
    const found = postponed.filter((event): event is EventRow => event.created_at !== null);
    const bounds = [tenant, place.created_at, place.event_id, before, limit - postponed.length];
    const overdue = await query<EventRow>(OVERDUE_EVENTS, bounds);
    // Where the next step goes on follows from those that are overdue: they come last, and may be cut.
    const looked = upTo(DELIVERIES_PER_STEP, [...found, ...overdue]);
    const last = looked.length > found.length ? looked.at(-1) : undefined;
    if (last !== undefined) await query(MOVE, [tenant, last.created_at, last.id]);
    const erased = await eraseOrPostpone(query, tenant, looked, before, now);
    return { looked: removed.length + looked.length, erased };
  });
}

/** @returns how many events it erased */
async function eraseOrPostpone(
  query: Query,
  tenant: number,
  events: readonly EventRow[],
  before: WallMs,
  now: WallMs,
): Promise<number> {
  if (events.length === 0) return 0;
  await lockEndpoints(query, events);
  const pending = await query<{ event_id: EventId }>(PENDING, [deliveriesOf(events)]);
  const waiting = new Set(pending.map(({ event_id }) => event_id));
  const postponed = events.filter(({ id, created_at, erased }) => !erased && (created_at >= before || waiting.has(id)));
  if (postponed.length > 0) {
    const moments = postponed.map(({ created_at }) => lookAgainAt(wall(created_at), before, now));
    await query(POSTPONE, [tenant, idsOf(postponed), plainArray(moments)]);
  }
  const erasedBefore = events.filter(({ erased }) => erased);
  if (erasedBefore.length > 0) await query(FORGET_POSTPONED, [idsOf(erasedBefore), tenant]);
  const later = new Set(postponed);
  const erasable = events.filter((event) => !event.erased && !later.has(event));
  if (erasable.length > 0) await erase(query, tenant, erasable, now);
  return erasable.length;
}

/** No delivery of them is pending. */
async function erase(query: Query, tenant: number, events: readonly EventRow[], at: WallMs): Promise<void> {
  const ids = idsOf(events);
  const deliveries = deliveriesOf(events);
  await query(ERASE_RESPONSES, [deliveries]);
  await query(REMOVE_DELIVERY_KEYS, [deliveries]);
  await query(REMOVE_EVENT_KEYS, [ids, tenant]);
  await query(ERASE_EVENTS, [ids, tenant, at]);
  await query(FORGET_POSTPONED, [ids, tenant]);
}

async function tenantKey(query: Query, id: TenantId): Promise<number | undefined> {
  const [row] = await query<{ key: number }>(TENANT, [id]);
  return row?.key;
}

async function lockEndpoints(query: Query, events: readonly EventRow[]): Promise<void> {
  await query(LOCK_ENDPOINTS, [plainArray([...new Set(events.flatMap(({ endpoints }) => endpoints))])]);
}

/** The first of the events that have about so many deliveries together, and one at least. */
function upTo(deliveries: number, events: readonly EventRow[]): readonly EventRow[] {
  let left = deliveries;
  const end = events.findIndex((event) => {
    const isOver = left <= 0;
    left -= event.deliveries.length;
    return isOver;
  });
  return end === -1 ? events : events.slice(0, end);
}

const idsOf = (events: readonly { readonly id: EventId }[]): string => plainArray(events.map(({ id }) => id));

/** In the order in which everybody locks them. */
const deliveriesOf = (events: readonly EventRow[]): string =>
  plainArray(events.flatMap(({ deliveries }) => deliveries).toSorted());
