// Erasing what events told, and keeping the facts: one that a person names, and those that a tenant keeps no longer. The file's
// old bytes are overwritten: see `secure_delete` in file.ts.
import type { DeliveryId, EndpointId, EventId, TenantId } from '../../domain/ids.ts';
import { lookAgainAt } from '../../domain/retention.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { ErasedStep } from '../../seams/store/history.ts';
import type { Connection } from './connection.ts';
import { END_CANCELLED } from './sweep.ts';
import { BEFORE_ALL_IDS, idBytes, readList } from './uuid.ts';

/** Events looked at per step, and their cost together, give or take one event: about 5 ms. */
const EVENTS_PER_STEP = 100;
const COST_PER_STEP = 200;
/** Bytes of a payload that cost as much to overwrite as a delivery to look at. */
const BYTES_OF_COST = 8_192;

// index: event_by_id
const EVENT = `
  select key, tenant, id, created_at, deliveries, keys, erased_at, length(body) as size
  from event where tenant = ? and id = ?`;
const CANCEL = `${END_CANCELLED} where id = ?2`;
const TAKE_OUT = `delete from queue where id = ?`;
// index: the primary key
const ERASE_RESPONSES = `update attempt set headers = '[]', body = x'' where delivery = ? and status is not null`;
const REMOVE_DELIVERY_KEYS = `
  delete from delivery_key where key in (select value from json_each(?)) and tenant = ? and delivery = ?`;
const REMOVE_EVENT_KEYS = `
  delete from event_key where key in (select value from json_each(?)) and tenant = ? and created_at = ? and id = ?`;
const ERASE_EVENT = `update event set body = x'', keys = null, erased_at = coalesce(erased_at, ?) where key = ?`;

const PLACE = `select created_at, event as id from erasure where tenant = ?`;
const MOVE = `
  insert into erasure (tenant, created_at, event) values (?, ?, ?)
  on conflict (tenant) do update set created_at = excluded.created_at, event = excluded.event`;
// index: event_by_time
export const OVERDUE_EVENTS = `
  select created_at, id from event
  where tenant = ? and (created_at, id) > (?, ?) and created_at < ? order by created_at, id limit ?`;
// index: erasure_later_due
export const POSTPONED_EVENTS = `
  select event as id from erasure_later where tenant = ? and look_at <= ? order by look_at limit ?`;
const PENDING = `select 1 from queue where id = ?`;
const POSTPONE = `
  insert into erasure_later (event, tenant, look_at) values (?, ?, ?)
  on conflict (event, tenant) do update set look_at = excluded.look_at`;
/** An event is done with: it was erased, or removed. */
export const FORGET_POSTPONED = `delete from erasure_later where event = ? and tenant = ?`;

interface ErasableRow {
  readonly key: number;
  readonly tenant: number;
  readonly id: Uint8Array;
  readonly created_at: number;
  readonly deliveries: Uint8Array;
  readonly keys: string | null;
  readonly erased_at: number | null;
  readonly size: number;
}

/** Where an event stands in the order in which they are looked at. */
interface EventPlace {
  readonly created_at: number;
  readonly id: Uint8Array;
}

const FRONT: EventPlace = { created_at: Number.MIN_SAFE_INTEGER, id: BEFORE_ALL_IDS };

/** See `History.eraseEvent`. */
export function eraseEvent(db: Connection, tenantId: TenantId, id: EventId, at: WallMs): boolean {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return false;
  const event = db.get<ErasableRow>(EVENT, tenant, idBytes(id));
  if (event === undefined) return false;
  for (const delivery of deliveriesOf(event)) {
    const key = new Uint8Array(idBytes(delivery.id));
    if (db.run(CANCEL, at, key) > 0) db.run(TAKE_OUT, key);
  }
  erase(db, event, at);
  return true;
}

/** See `History.eraseOverdue`. */
export function eraseOverdue(
  db: Connection,
  tenantId: TenantId,
  before: WallMs,
  now: WallMs,
  most: number,
): ErasedStep {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return { looked: 0, erased: 0 };
  const limit = Math.min(most, EVENTS_PER_STEP);
  const postponed = db.all<{ id: Uint8Array }>(POSTPONED_EVENTS, tenant, now, limit);
  const behind = db.get<EventPlace>(PLACE, tenant) ?? FRONT;
  const room = limit - postponed.length;
  const overdue = db.all<EventPlace>(OVERDUE_EVENTS, tenant, behind.created_at, behind.id, before, room);
  let [looked, erased, cost] = [0, 0, 0];
  for (const { id } of [...postponed, ...overdue]) {
    if (cost >= COST_PER_STEP) break;
    const event = db.get<ErasableRow>(EVENT, tenant, id);
    looked += 1;
    cost += event === undefined ? 1 : costOf(event);
    if (event === undefined || event.erased_at !== null) db.run(FORGET_POSTPONED, id, tenant);
    else if (eraseUnlessPending(db, event, before, now)) erased += 1;
  }
  // Where the next step goes on follows from those that are overdue: they come last, and perhaps not all had their turn.
  const last = overdue[looked - postponed.length - 1];
  if (last !== undefined) db.run(MOVE, tenant, last.created_at, last.id);
  return { looked, erased };
}

/** @returns `false` if it is looked at again later */
function eraseUnlessPending(db: Connection, event: ErasableRow, before: WallMs, now: WallMs): boolean {
  const { id, tenant, created_at: createdAt } = event;
  const stays = createdAt >= before || isPending(db, event);
  if (stays) db.run(POSTPONE, id, tenant, lookAgainAt(wall(createdAt), before, now));
  else erase(db, event, now);
  return !stays;
}

const costOf = (event: ErasableRow): number => 1 + deliveriesOf(event).length + event.size / BYTES_OF_COST;

function isPending(db: Connection, event: ErasableRow): boolean {
  return deliveriesOf(event).some(({ id }) => db.get(PENDING, idBytes(id)) !== undefined);
}

/** No delivery of it is pending. */
function erase(db: Connection, event: ErasableRow, at: WallMs): void {
  const { key, tenant, id, created_at: createdAt, keys } = event;
  for (const { id: delivery } of deliveriesOf(event)) {
    db.run(ERASE_RESPONSES, idBytes(delivery));
    if (keys !== null) db.run(REMOVE_DELIVERY_KEYS, keys, tenant, idBytes(delivery));
  }
  if (keys !== null) db.run(REMOVE_EVENT_KEYS, keys, tenant, createdAt, id);
  db.run(ERASE_EVENT, at, key);
  db.run(FORGET_POSTPONED, id, tenant);
}

function deliveriesOf({ deliveries }: ErasableRow) {
  return readList<DeliveryId, EndpointId>(deliveries);
}
