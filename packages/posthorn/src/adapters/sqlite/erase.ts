// Erasing what an event told, and keeping the facts. The file's old bytes are overwritten: see `secure_delete` in file.ts.
import type { DeliveryId, EndpointId, EventId, TenantId } from '../../domain/ids.ts';
import type { WallMs } from '../../domain/time.ts';
import type { Connection } from './connection.ts';
import { END_CANCELLED } from './sweep.ts';
import { idBytes, readList } from './uuid.ts';

// index: event_by_id
const EVENT = `select key, created_at, deliveries, keys from event where tenant = ? and id = ?`;
const CANCEL = `${END_CANCELLED} where id = ?2`;
const TAKE_OUT = `delete from queue where id = ?`;
// index: the primary key
const ERASE_RESPONSES = `update attempt set headers = '[]', body = x'' where delivery = ? and status is not null`;
const REMOVE_DELIVERY_KEYS = `
  delete from delivery_key where key in (select value from json_each(?)) and tenant = ? and delivery = ?`;
const REMOVE_EVENT_KEYS = `
  delete from event_key where key in (select value from json_each(?)) and tenant = ? and created_at = ? and id = ?`;
const ERASE_EVENT = `update event set body = x'', keys = null, erased_at = coalesce(erased_at, ?) where key = ?`;

/** See `History.eraseEvent`. */
export function eraseEvent(db: Connection, tenantId: TenantId, id: EventId, at: WallMs): boolean {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return false;
  const event = db.get<{ key: number; created_at: number; deliveries: Uint8Array; keys: string | null }>(
    EVENT,
    tenant,
    idBytes(id),
  );
  if (event === undefined) return false;
  for (const delivery of readList<DeliveryId, EndpointId>(event.deliveries)) {
    const key = new Uint8Array(idBytes(delivery.id));
    if (db.run(CANCEL, at, key) > 0) db.run(TAKE_OUT, key);
    db.run(ERASE_RESPONSES, key);
    if (event.keys !== null) db.run(REMOVE_DELIVERY_KEYS, event.keys, tenant, key);
  }
  if (event.keys !== null) db.run(REMOVE_EVENT_KEYS, event.keys, tenant, event.created_at, idBytes(id));
  db.run(ERASE_EVENT, at, event.key);
  return true;
}
