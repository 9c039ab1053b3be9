// Millions of rows, written by the database itself: what years of use would leave, in seconds. It knows the stores' tables,
// so a migration may have to be followed here.
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { EndpointId, TenantId } from '../../packages/posthorn/src/domain/ids.ts';
import type { Place } from './places.ts';

export interface Waiting {
  readonly tenantId: TenantId;
  /** Whose deliveries wait in the backlog. */
  readonly endpointId: EndpointId;
  readonly backlog: number;
  /** Whose deliveries are due in a day and later, on the steady clock. */
  readonly dueEndpointId: EndpointId;
  readonly due: number;
  readonly dueFrom: number;
}

/** Deliveries that share one event's body. */
const PER_EVENT = 1_000;
const BODY = Buffer.alloc(1_024, 'x');
const HOUR_MS = 3_600_000;

/** Puts pending deliveries of one tenant into a store that has its endpoints and that nobody uses. */
export async function addPending(place: Place, waiting: Waiting): Promise<void> {
  if (place.kind === 'sqlite') addPendingSqlite(place.where, waiting);
  else await addPendingPostgres(place.where, waiting);
}

const hexOf = (id: EndpointId): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/** Works on a data folder's database that nobody uses. */
export function inSqlite(directory: string, work: (db: DatabaseSync) => void): void {
  const path = join(directory, 'posthorn.db');
  const db = new DatabaseSync(path);
  db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -200000; begin');
  work(db);
  db.exec('commit; pragma wal_checkpoint(truncate)');
  db.close();
  // Lest the disk be busy with it while something else is measured.
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

// Ids are UUIDv7 of a moment an hour ago, so that what is accepted from now on comes behind them.
const SQLITE_ID = `unhex(printf('%012x7%03x8%03x%012x', @at + n / 1000, n % 4096, @salt, n))`;
const SQLITE_COUNT = `with recursive count (n) as (select 0 union all select n + 1 from count where n + 1 < @total)`;

const SQLITE_TENANT = `(select key from tenant where id = @tenant and deleted_at is null)`;

function addPendingSqlite(directory: string, { tenantId: tenant, ...waiting }: Waiting): void {
  inSqlite(directory, (db) => {
    const at = Date.now() - HOUR_MS;
    const insertEvents = db.prepare(
      `${SQLITE_COUNT} insert into event (tenant, id, created_at, type, fingerprint, deliveries, body)
       select ${SQLITE_TENANT}, ${SQLITE_ID}, @at, 'order.paid', zeroblob(32), zeroblob(0), @body from count`,
    );
    insertEvents.run({ tenant, at, salt: 1, total: PER_EVENT, body: BODY });
    const insertQueued = db.prepare(
      `${SQLITE_COUNT} insert into queue (id, tenant, endpoint, event, place, due)
       select ${SQLITE_ID}, ${SQLITE_TENANT}, (select key from endpoint where id = @endpoint),
         (select max(key) from event) - n % ${PER_EVENT}, @place, iif(@place = 1, @due + n, null) from count`,
    );
    const { endpointId, backlog, dueEndpointId, due, dueFrom } = waiting;
    const backlogged = { tenant, at, salt: 2, total: backlog, endpoint: hexOf(endpointId), place: 2, due: 0 };
    if (backlog > 0) insertQueued.run(backlogged);
    const endpoint = hexOf(dueEndpointId);
    if (due > 0) insertQueued.run({ tenant, at, salt: 3, total: due, endpoint, place: 1, due: Math.floor(dueFrom) });
  });
}

const POSTGRES_ID = `(lpad(to_hex($1::bigint + n / 1000), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '800' || $2
  || lpad(to_hex(n), 12, '0'))::uuid`;

/** Works on a database that nobody uses. */
export async function inPostgres(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set synchronous_commit = off');
    await work(client);
    await client.query('vacuum analyze');
    // Lest the disk be busy with it while something else is measured.
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

const POSTGRES_TENANT = `(select key from posthorn.tenant where id = $3 and deleted_at is null)`;

async function addPendingPostgres(url: string, { tenantId, ...waiting }: Waiting): Promise<void> {
  const at = Date.now() - HOUR_MS;
  await inPostgres(url, async (client) => {
    await client.query(
      `insert into posthorn.event (tenant, created_at, id, type, fingerprint, deliveries, endpoints, body)
       select ${POSTGRES_TENANT}, $1::bigint, ${POSTGRES_ID}, 'order.paid', '\\x00', '{}', '{}', $4
       from generate_series(0, ${PER_EVENT - 1}) as n`,
      [at, '1', tenantId, BODY],
    );
    const queued = `
      insert into posthorn.queue (id, endpoint_id, event_id, tenant, place, due_at, event_type)
      select ${POSTGRES_ID}, $4::uuid, events.ids[1 + n % ${PER_EVENT}], ${POSTGRES_TENANT}, $5,
        case when $5 = 'due' then $6::bigint + n end, 'order.paid'
      from generate_series(0, $7::bigint - 1) as n,
        (select array_agg(id) as ids from posthorn.event where created_at = $1 and tenant = ${POSTGRES_TENANT}) as events`;
    const { endpointId, backlog, dueEndpointId, due, dueFrom } = waiting;
    if (backlog > 0) await client.query(queued, [at, '2', tenantId, endpointId, 'backlog', 0, backlog]);
    if (due > 0) await client.query(queued, [at, '3', tenantId, dueEndpointId, 'due', Math.floor(dueFrom), due]);
  });
}
