// Finding what a text stands for, over all tenants.
import { type AttemptId, type DeliveryId, type EventId, idTime } from '../../domain/ids.ts';
import type { SearchRange } from '../../domain/search-range.ts';
import { wall } from '../../domain/time.ts';
import type { Match } from '../../seams/store/history.ts';
import { ENDED_STATES } from './codes.ts';
import type { Connection } from './connection.ts';
import { idBytes, readId } from './uuid.ts';

// index: attempt_by_id
export const ATTEMPTS = `
  select id, delivery, started_at, tenant from attempt where id >= ? and id <= ? order by id desc limit ?`;
// index: the primary key of each
export const QUEUED = `select id, tenant from queue where id >= ? and id <= ? order by id desc limit ?`;
export const ATTEMPTED = `
  select delivery as id, max(tenant) as tenant from attempt
  where delivery >= ? and delivery <= ? group by delivery order by delivery desc limit ?`;
// index: delivery_untried
export const UNTRIED = `
  select id, tenant from delivery where attempts = 0 and id >= ? and id <= ? order by id desc limit ?`;
// index: event_by_id
export const EVENTS = `
  select id, tenant, created_at, id as value from event where id >= ? and id <= ? order by id desc limit ?`;
// index: event_by_own_id
export const OWN_IDS = `
  select id, tenant, created_at, own_id as value from event
  where own_id is not null and own_id >= ? and own_id <= ? order by own_id limit ?`;
// index: the primary key
export const KEYS = `
  select id, tenant, created_at, key as value from event_key where key >= ? and key <= ? order by key limit ?`;
// index: delivery_by_tenant, once per tenant. For attempts from before they named their tenant.
const TENANT_OF = `
  select tenant.key as tenant from tenant
  where exists (select 1 from queue where queue.id = ?1 and queue.tenant = tenant.key)
    or exists (
      select 1 from delivery where delivery.tenant = tenant.key and state in (${ENDED_STATES}) and delivery.id = ?1)`;
const LIVE = `select id from tenant where key = ? and deleted_at is null`;

interface EventRow {
  readonly id: Uint8Array;
  readonly tenant: number;
  readonly created_at: number;
  readonly value: string | Uint8Array;
}

interface DeliveryRow {
  readonly id: Uint8Array;
  readonly tenant: number | null;
}

interface AttemptRow extends DeliveryRow {
  readonly delivery: Uint8Array;
  readonly started_at: number;
}

/** See `History.find`. */
export function find(db: Connection, { ids, texts }: SearchRange, limit: number): Match[] {
  const found = [
    ...events(db, 'ownId', OWN_IDS, [texts.low, texts.high, limit]),
    ...events(db, 'key', KEYS, [texts.low, texts.high, limit]),
  ];
  if (ids === null) return found;
  const range = [new Uint8Array(idBytes(ids.low)), new Uint8Array(idBytes(ids.high)), limit] as const;
  return [...deliveries(db, range), ...attempts(db, range), ...events(db, 'event', EVENTS, range), ...found];
}

type Range<End> = readonly [low: End, high: End, limit: number];

function deliveries(db: Connection, range: Range<Uint8Array>): Match[] {
  const rows = new Map<DeliveryId, DeliveryRow>();
  for (const sql of [QUEUED, ATTEMPTED, UNTRIED]) {
    for (const row of db.all<DeliveryRow>(sql, ...range)) {
      const id = readId<DeliveryId>(row.id);
      if (!rows.has(id)) rows.set(id, row);
    }
  }
  const newest = [...rows].sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, range[2]);
  return newest.flatMap(([id, row]): Match[] => {
    const at = wall(idTime(id));
    return ofTenant(db, tenantOf(db, row.tenant, row.id), {
      ...{ kind: 'delivery', value: id, at, deliveryId: id, eventId: null },
    });
  });
}

function attempts(db: Connection, range: Range<Uint8Array>): Match[] {
  return db.all<AttemptRow>(ATTEMPTS, ...range).flatMap((row) => {
    const deliveryId = readId<DeliveryId>(row.delivery);
    return ofTenant(db, tenantOf(db, row.tenant, row.delivery), {
      ...{ kind: 'attempt', value: readId<AttemptId>(row.id), at: wall(row.started_at), deliveryId, eventId: null },
    });
  });
}

function events(db: Connection, kind: Match['kind'], sql: string, range: Range<string | Uint8Array>): Match[] {
  return db.all<EventRow>(sql, ...range).flatMap((row) => {
    const eventId = readId<EventId>(row.id);
    const value = typeof row.value === 'string' ? row.value : eventId;
    return ofTenant(db, row.tenant, { kind, value, at: wall(row.created_at), deliveryId: null, eventId });
  });
}

function tenantOf(db: Connection, tenant: number | null, delivery: Uint8Array): number | undefined {
  return tenant ?? db.get<{ tenant: number }>(TENANT_OF, delivery)?.tenant;
}

/** Nothing, if the tenant was deleted. */
function ofTenant(db: Connection, tenant: number | undefined, match: Omit<Match, 'tenantId'>): Match[] {
  const live = tenant === undefined ? undefined : db.get<{ id: Match['tenantId'] }>(LIVE, tenant);
  return live === undefined ? [] : [{ ...match, tenantId: live.id }];
}
