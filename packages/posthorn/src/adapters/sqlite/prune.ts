// Removing old history, event by event: with an event go its deliveries and attempts. Replays go once they have ended. A
// step examines and removes a bounded number of rows; the caller takes steps, with other calls in between.
import type { DeliveryId, EndpointId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { Connection } from './connection.ts';
import { slotOf } from './type-slots.ts';
import { BEFORE_ALL_IDS, idBytes, readList } from './uuid.ts';

/** Rows removed per step: about 2 ms with the commit, half of which any transaction costs. */
const REMOVED_PER_STEP = 100;
/** Events looked at per step, also if none may go: about 2 ms. */
const EXAMINED_PER_STEP = 1_000;

/** Where the next step goes on: the last event looked at. */
export interface PruneCursor {
  readonly tenant: number;
  readonly createdAt: number;
  readonly id: Uint8Array;
}

export interface PruneStep {
  readonly removed: number;
  /** `null` when the end was reached. */
  readonly next: PruneCursor | null;
}

const TENANTS = `select key, deleted_at from tenant where key >= ? order by key limit ?`;
// index: event_by_time
export const OLD_EVENTS = `
  select key, created_at, id, deliveries from event
  where tenant = ? and (created_at, id) > (?, ?) and created_at < ? order by created_at, id limit ?`;
const PENDING = `select 1 from queue where id = ?`;
const REMOVE_ATTEMPTS = `delete from attempt where delivery = ?`;
const REMOVE_DELIVERY = `delete from delivery where endpoint = ? and state in (1, 2, 3) and id = ?`;
/** It stays, and those that led to it may not. */
const LEAD = `update event set leads = 1 where key = ? and leads = 0`;
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
const REMOVE_TENANT = `delete from tenant where key = ?`;

interface TenantRow {
  readonly key: number;
  readonly deleted_at: number | null;
}

interface OldEvent {
  readonly key: number;
  readonly created_at: number;
  readonly id: Uint8Array;
  readonly deliveries: Uint8Array;
}

const START: PruneCursor = { tenant: 0, createdAt: Number.MIN_SAFE_INTEGER, id: BEFORE_ALL_IDS };

export function pruneStep(db: Connection, before: WallMs, most: number, from: PruneCursor | null): PruneStep {
  const limit = Math.min(most, REMOVED_PER_STEP);
  let cursor = from ?? START;
  let examined = 0;
  let removed = from === null ? db.run(REMOVE_OLD_REPLAYS, before, limit) : 0;
  for (;;) {
    if (removed >= limit) return { removed, next: cursor };
    const [tenant, following] = db.all<TenantRow>(TENANTS, cursor.tenant, 2);
    if (tenant === undefined) return { removed, next: null };
    if (tenant.key !== cursor.tenant) cursor = { ...START, tenant: tenant.key };
    // Whole slots: one that leads must not go before those that it leads to.
    const until = tenant.deleted_at === null ? slotOf(before) : Number.MAX_SAFE_INTEGER;
    // With each of them goes a row at least, unless it has to stay.
    const wanted = Math.min(EXAMINED_PER_STEP - examined, limit - removed);
    const events = db.all<OldEvent>(OLD_EVENTS, tenant.key, cursor.createdAt, cursor.id, until, wanted);
    for (const event of events) {
      const taken = removeEvent(db, event, limit - removed);
      removed += taken.rows;
      if (!taken.whole) return { removed, next: cursor };
      cursor = { tenant: tenant.key, createdAt: event.created_at, id: event.id };
      if (removed >= limit) return { removed, next: cursor };
    }
    examined += events.length + 1;
    if (examined >= EXAMINED_PER_STEP) return { removed, next: cursor };
    if (events.length === wanted) continue;
    if (tenant.deleted_at !== null) removed += removeTenant(db, tenant.key, limit - removed);
    if (following === undefined) return { removed, next: null };
    cursor = { ...START, tenant: following.key };
  }
}

/** @returns how many rows went, and whether nothing more of this event can go now */
function removeEvent(db: Connection, event: OldEvent, limit: number): { rows: number; whole: boolean } {
  const deliveries = readList<DeliveryId, EndpointId>(event.deliveries);
  if (deliveries.some(({ id }) => db.get(PENDING, idBytes(id)) !== undefined)) {
    db.run(LEAD, event.key);
    return { rows: 0, whole: true };
  }
  let rows = 0;
  for (const { id, endpointId } of deliveries) {
    if (rows >= limit) return { rows, whole: false };
    const key = idBytes(id);
    rows += db.run(REMOVE_ATTEMPTS, key);
    rows += db.run(REMOVE_DELIVERY, db.names.endpointKey(endpointId) ?? 0, key);
  }
  return { rows: rows + db.run(REMOVE_EVENT, event.key), whole: true };
}

/** Removes the replays of a deleted tenant, and its tombstone once nothing refers to it. */
function removeTenant(db: Connection, key: number, limit: number): number {
  const rows = db.run(REMOVE_ENDED_REPLAYS, key, limit);
  if (db.get(HAS_EVENTS, key) !== undefined || db.get(HAS_REPLAYS, key) !== undefined) return rows;
  const last = db.run(REMOVE_ENDPOINTS, key) + db.run(REMOVE_TENANT, key);
  db.names.forget();
  return rows + last;
}
