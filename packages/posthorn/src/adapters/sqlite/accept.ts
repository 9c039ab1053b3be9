// Taking events in: each group is stored whole or not at all, each event once.
import type { EndpointId, OwnerId } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import type { AcceptedEvent, AcceptGroup, AcceptResult, NewDelivery, NewEvent } from '../../seams/store/queue.ts';
import { PLACE } from './codes.ts';
import type { Connection } from './connection.ts';
import { typeHash } from './type-hash.ts';
import { idBytes, readList, writeList } from './uuid.ts';

// index: event_by_id
const STORED_EVENT = `select created_at, type, fingerprint, deliveries, own_id from event where tenant = ? and id = ?`;
const INSERT_EVENT = `
  insert into event (tenant, id, created_at, type, fingerprint, deliveries, body, own_id, keys)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (tenant, id) do nothing`;
const INSERT_EVENT_KEY = `insert into event_key (key, tenant, created_at, id) values (?, ?, ?, ?)`;
const INSERT_DELIVERY_KEY = `insert into delivery_key (key, tenant, delivery) values (?, ?, ?)`;
const INSERT_QUEUED = `
  insert into queue (id, tenant, endpoint, event, place, owner, type_hash) values (?, ?, ?, ?, ?, ?, ?)`;

interface StoredEvent {
  readonly created_at: number;
  readonly type: string;
  readonly fingerprint: Uint8Array;
  readonly deliveries: Uint8Array;
  readonly own_id: string | null;
}

/** See `Queue.accept`. */
export function accept(db: Connection, owner: OwnerId, groups: readonly AcceptGroup[]): AcceptResult[] {
  const ownerKey = db.names.registered(owner);
  return groups.map((group) => acceptGroup(db, ownerKey, group));
}

function acceptGroup(db: Connection, owner: number, { tenantId, revision, events }: AcceptGroup): AcceptResult {
  const tenant = db.names.tenant(tenantId);
  if (tenant === undefined || tenant.revision !== revision) return { kind: 'stale' };
  // A single event is the usual case: then the insert itself tells whether it is known. Of several, none may be stored
  // before all are known to be free of conflict.
  if (events.length > 1) {
    const index = events.findIndex((made) => conflicts(made, storedEvent(db, tenant.key, made)));
    if (index >= 0) return { kind: 'conflict', index };
  }
  const accepted: AcceptedEvent[] = [];
  for (const [index, made] of events.entries()) {
    const event = acceptEvent(db, owner, tenant.key, made);
    if (event === undefined) return { kind: 'conflict', index };
    accepted.push(event);
  }
  return { kind: 'accepted', events: accepted };
}

function acceptEvent(db: Connection, owner: number, tenant: number, made: NewEvent): AcceptedEvent | undefined {
  const { event, fingerprint, ownId, keys, deliveries } = made;
  const { id, type, createdAt, body } = event;
  const list = writeList(deliveries);
  const told = keys.length === 0 ? null : JSON.stringify(keys);
  const key = db.insert(INSERT_EVENT, tenant, idBytes(id), createdAt, type, fingerprint, list, body, ownId, told);
  if (key === undefined) {
    const stored = storedEvent(db, tenant, made);
    if (stored === undefined || conflicts(made, stored)) return undefined;
    return {
      id,
      ownId: stored.own_id,
      type: stored.type,
      createdAt: wall(stored.created_at),
      deliveries: readList(stored.deliveries),
      existing: true,
    };
  }
  const hash = typeHash(type);
  for (const delivery of deliveries) queue(db, owner, { tenant, event: key, hash }, delivery);
  for (const text of keys) {
    db.run(INSERT_EVENT_KEY, text, tenant, createdAt, idBytes(id));
    for (const delivery of deliveries) db.run(INSERT_DELIVERY_KEY, text, tenant, idBytes(delivery.id));
  }
  return {
    id,
    ownId,
    type,
    createdAt,
    deliveries: deliveries.map((delivery) => ({ id: delivery.id, endpointId: delivery.endpointId })),
    existing: false,
  };
}

interface Stored {
  readonly tenant: number;
  readonly event: number;
  /** Of the event's type. */
  readonly hash: number;
}

function queue(db: Connection, owner: number, { tenant, event, hash }: Stored, delivery: NewDelivery): void {
  const { id, endpointId, place } = delivery;
  const holder = place === 'leased' ? owner : null;
  db.run(INSERT_QUEUED, idBytes(id), tenant, endpointKey(db, endpointId), event, PLACE[place], holder, hash);
}

function endpointKey(db: Connection, id: EndpointId): number {
  const key = db.names.endpointKey(id);
  if (key === undefined) throw new Error(`endpoint ${id} is in a catalog and does not exist`);
  return key;
}

function storedEvent(db: Connection, tenant: number, { event }: NewEvent): StoredEvent | undefined {
  return db.get<StoredEvent>(STORED_EVENT, tenant, idBytes(event.id));
}

function conflicts({ fingerprint }: NewEvent, stored: StoredEvent | undefined): boolean {
  return stored !== undefined && Buffer.compare(fingerprint, stored.fingerprint) !== 0;
}
