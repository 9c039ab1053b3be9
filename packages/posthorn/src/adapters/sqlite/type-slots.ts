// Finding the events of one type between any number of others. A partial index holds one event per type and slot of time, the
// one that leads there; within a slot all events are looked through. An index that holds all would cost accepting a fifth more:
// every transaction would write a page more for each of its types.
import type { Connection } from './connection.ts';
import { SLOT_MS, slotOf } from './latest-slots.ts';
import { BEFORE_ALL_IDS } from './uuid.ts';

/** Slots looked into per step, and events looked at, in the index alone: about 2 ms. A slot is looked through as a whole. */
const SLOTS_PER_STEP = 200;
const EXAMINED_PER_STEP = 10_000;

// index: event_of_type, downwards
export const LEADER = `
  select created_at from event
  where tenant = ? and type = ? and leads is not 0 and created_at >= ? and created_at < ?
  order by created_at desc limit 1`;
export const LEADER_AFTER_MANY = `
  select 1 from event where tenant = ? and type = ? and leads is not 0 and created_at >= ? and created_at < ?
  limit 1 offset ${SLOTS_PER_STEP - 1}`;
// index: event_by_time, downwards; it holds all that is asked for
export const IN_SLOT = `
  select key, id, type, created_at from event
  where tenant = ? and created_at >= ? and (created_at, id) < (?, ?) and type = ?
  order by created_at desc, id desc limit ?`;
// index: event_by_time
export const COUNT_IN_SLOT = `select count(*) as count from event where tenant = ? and created_at >= ? and created_at < ?`;

export interface EventOfType {
  readonly key: number;
  readonly id: Uint8Array;
  readonly type: string;
  readonly created_at: number;
}

/** Where events are looked for: from `since` on, below the key of `createdAt` and `id`. */
export interface EventRange {
  readonly since: number;
  readonly createdAt: number;
  readonly id: Uint8Array;
}

/** Whether a type has so many slots in a range that one step does not come through. */
export function hasManySlots(db: Connection, tenant: number, type: string, since: number, until: number): boolean {
  return db.get(LEADER_AFTER_MANY, tenant, type, since, until) !== undefined;
}

/**
 * The next events of a type, newest first, at most `limit`, from a bounded number of slots.
 * @returns them, and the moment down to which none is missing, that moment itself left out if the limit was met; `null` when
 * the range has no others
 */
export function latestOfType(
  db: Connection,
  tenant: number,
  type: string,
  { since, createdAt, id }: EventRange,
  limit: number,
): { readonly events: readonly EventOfType[]; readonly downTo: number | null } {
  const events: EventOfType[] = [];
  let examined = 0;
  let top = slotOf(createdAt) + SLOT_MS;
  for (let slots = 0; slots < SLOTS_PER_STEP && examined < EXAMINED_PER_STEP; slots++) {
    const leader = db.get<{ created_at: number }>(LEADER, tenant, type, slotOf(since), top);
    if (leader === undefined) return { events, downTo: null };
    const begin = slotOf(leader.created_at);
    const end = begin + SLOT_MS;
    const below = createdAt < end ? ([createdAt, id] as const) : ([end, BEFORE_ALL_IDS] as const);
    const left = limit - events.length;
    events.push(...db.all<EventOfType>(IN_SLOT, tenant, Math.max(begin, since), ...below, type, left));
    const last = events.at(-1);
    if (events.length === limit && last !== undefined) return { events, downTo: last.created_at };
    examined += db.get<{ count: number }>(COUNT_IN_SLOT, tenant, begin, end)?.count ?? 0;
    top = begin;
  }
  return { events, downTo: top };
}
