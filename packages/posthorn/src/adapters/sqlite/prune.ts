// Removing old history, event by event: its deliveries with their attempts, each once it is old, and the event with the last
// of them. Replays go once they have ended, endpoints once nothing names them. A step examines and removes a bounded number of
// rows; the caller takes steps, with other calls in between.
import { type DeliveryId, type EndpointId, idTime } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { PruneStep } from '../prune-in-steps.ts';
import { ENDED_STATES } from './codes.ts';
import type { Connection } from './connection.ts';
import { FORGET_POSTPONED } from './erase.ts';
import { endedAt } from './moments.ts';
import { FIRST_TOMBSTONE, pruneTombstones, type TombstoneCursor } from './tombstones.ts';
import { BEFORE_ALL_IDS, idBytes, readList } from './uuid.ts';

/** Rows removed per step: about 2 ms with the commit, half of which any transaction costs. */
const REMOVED_PER_STEP = 100;
/** Events and their deliveries looked at per step, also if none may go: about 2 ms. */
const EXAMINED_PER_STEP = 1_000;

/** Where the next step goes on: behind the last event looked at, perhaps within the one that follows. */
interface EventCursor {
  readonly of: 'events';
  readonly tenant: number;
  readonly createdAt: number;
  readonly id: Uint8Array;
  readonly part: Part | null;
}

/** How far an event with more deliveries than a step may look at has been taken apart. */
interface Part {
  readonly event: number;
  readonly deliveries: number;
  /** Whether one of these has to stay. */
  readonly stays: boolean;
}

export type PruneCursor = EventCursor | TombstoneCursor;

/** The rest that a step may still do. */
interface Budget {
  rows: number;
  looks: number;
}

const TENANTS = `select key, deleted_at from tenant where key >= ? order by key limit ?`;
// index: event_by_time
export const OLD_EVENTS = `
  select key, tenant, created_at, id, deliveries, keys from event
  where tenant = ? and (created_at, id) > (?, ?) and created_at < ? order by created_at, id limit ?`;
// index: the primary key
export const REMOVE_DELIVERY = `
  delete from delivery where endpoint = ?1 and state in (${ENDED_STATES}) and id = ?2 and ${endedAt('?3')} < ?4`;
const REMOVE_ATTEMPTS = `delete from attempt where delivery = ?`;
const PENDING = `select 1 from queue where id = ?`;
// index: the primary key
const ENDED = `select 1 from delivery where endpoint = ? and state in (${ENDED_STATES}) and id = ?`;
const REMOVE_DELIVERY_KEYS = `
  delete from delivery_key where key in (select value from json_each(?)) and tenant = ? and delivery = ?`;
const REMOVE_EVENT_KEYS = `
  delete from event_key where key in (select value from json_each(?)) and tenant = ? and created_at = ? and id = ?`;
const REMOVE_EVENT = `delete from event where key = ?`;
// index: event_by_time
const HAS_EVENTS = `select 1 from event where tenant = ? limit 1`;
// index: replay_ended
const REMOVE_OLD_REPLAYS = `
  delete from replay where key in (select key from replay where ended_at is not null and ended_at < ? limit ?)`;
// index: replay_by_tenant
const REMOVE_ENDED_REPLAYS = `
  delete from replay where key in (select key from replay where tenant = ? and due is null limit ?)`;
const HAS_REPLAYS = `select 1 from replay where tenant = ? limit 1`;
const REMOVE_ENDPOINTS = `delete from endpoint where tenant = ?`;
const REMOVE_ERASURE = `delete from erasure where tenant = ?`;
const REMOVE_TENANT = `delete from tenant where key = ?`;

interface TenantRow {
  readonly key: number;
  readonly deleted_at: number | null;
}

interface OldEvent {
  readonly key: number;
  readonly tenant: number;
  readonly created_at: number;
  readonly id: Uint8Array;
  readonly deliveries: Uint8Array;
  readonly keys: string | null;
}

const START: EventCursor = {
  of: 'events',
  tenant: 0,
  createdAt: Number.MIN_SAFE_INTEGER,
  id: BEFORE_ALL_IDS,
  part: null,
};

/** A step of a call. See `History.prune`. */
export function pruneStep(
  db: Connection,
  before: WallMs,
  most: number,
  from: PruneCursor | null,
): PruneStep<PruneCursor> {
  const limit = Math.min(most, REMOVED_PER_STEP);
  if (from?.of === 'endpoints') return pruneTombstones(db, before, limit, from);
  const budget = { rows: limit, looks: EXAMINED_PER_STEP };
  if (from === null) budget.rows -= db.run(REMOVE_OLD_REPLAYS, before, limit);
  const next = pruneEvents(db, before, from ?? START, budget);
  return { removed: limit - budget.rows, next: next ?? FIRST_TOMBSTONE };
}

/** @returns where to go on; `null` when all old events have been looked at */
function pruneEvents(db: Connection, before: WallMs, from: EventCursor, budget: Budget): EventCursor | null {
  for (let cursor = from; ; ) {
    if (budget.rows <= 0 || budget.looks <= 0) return cursor;
    const [tenant, following] = db.all<TenantRow>(TENANTS, cursor.tenant, 2);
    if (tenant === undefined) return null;
    if (tenant.key !== cursor.tenant) cursor = { ...START, tenant: tenant.key };
    // Of a deleted tenant everything is old.
    const oldBefore = tenant.deleted_at === null ? before : Number.MAX_SAFE_INTEGER;
    // With each of them goes a row at least, unless it has to stay.
    const wanted = Math.min(budget.looks, budget.rows);
    const events = db.all<OldEvent>(OLD_EVENTS, tenant.key, cursor.createdAt, cursor.id, oldBefore, wanted);
    budget.looks -= 1;
    for (const event of events) {
      const part = takeApart(db, event, cursor.part, oldBefore, budget);
      if (part !== null) return { ...cursor, part };
      cursor = { ...cursor, createdAt: event.created_at, id: event.id, part: null };
    }
    if (events.length === wanted) continue;
    if (tenant.deleted_at !== null) budget.rows -= removeTenant(db, tenant.key, budget.rows);
    if (following === undefined) return null;
    cursor = { ...START, tenant: following.key };
  }
}

/**
 * Removes what is old of an event, and the event itself unless something of it stays.
 * @returns how far it has come; `null` when nothing more of it can go now
 */
function takeApart(
  db: Connection,
  event: OldEvent,
  from: Part | null,
  endedBefore: number,
  budget: Budget,
): Part | null {
  const all = readList<DeliveryId, EndpointId>(event.deliveries);
  let { deliveries, stays } = from?.event === event.key ? from : { deliveries: 0, stays: false };
  for (const { id, endpointId } of all.slice(deliveries)) {
    if (budget.rows <= 0 || budget.looks <= 0) return { event: event.key, deliveries, stays };
    const removed = removeDelivery(db, id, endpointId, endedBefore);
    if (removed > 0 && event.keys !== null) db.run(REMOVE_DELIVERY_KEYS, event.keys, event.tenant, idBytes(id));
    stays ||= removed === 0 && isStored(db, id, endpointId);
    budget.rows -= removed;
    budget.looks -= 1;
    deliveries += 1;
  }
  budget.looks -= 1;
  if (stays) return null;
  if (event.keys !== null) db.run(REMOVE_EVENT_KEYS, event.keys, event.tenant, event.created_at, event.id);
  db.run(FORGET_POSTPONED, event.id, event.tenant);
  budget.rows -= db.run(REMOVE_EVENT, event.key);
  return null;
}

/** Unless it is pending, or was ended only lately. @returns how many rows went */
function removeDelivery(db: Connection, id: DeliveryId, endpointId: EndpointId, endedBefore: number): number {
  const key = idBytes(id);
  const removed = db.run(REMOVE_DELIVERY, db.names.endpointKey(endpointId) ?? 0, key, idTime(id), endedBefore);
  return removed === 0 ? 0 : removed + db.run(REMOVE_ATTEMPTS, key);
}

function isStored(db: Connection, id: DeliveryId, endpointId: EndpointId): boolean {
  const key = idBytes(id);
  return db.get(PENDING, key) !== undefined || db.get(ENDED, db.names.endpointKey(endpointId) ?? 0, key) !== undefined;
}

/** Removes the replays of a deleted tenant, and its tombstone once nothing refers to it. */
function removeTenant(db: Connection, key: number, limit: number): number {
  const rows = db.run(REMOVE_ENDED_REPLAYS, key, limit);
  if (db.get(HAS_EVENTS, key) !== undefined || db.get(HAS_REPLAYS, key) !== undefined) return rows;
  db.run(REMOVE_ERASURE, key);
  const last = db.run(REMOVE_ENDPOINTS, key) + db.run(REMOVE_TENANT, key);
  db.names.forget();
  return rows + last;
}
