// Millions of rows, written by the database itself: what years of use would leave, in seconds. It knows the stores' tables,
// so a migration may have to be followed here.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { EndpointId } from '../../packages/posthorn/src/domain/ids.ts';
import type { Place } from './places.ts';

export interface Waiting {
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

/** Puts pending deliveries of one tenant into an unused store that has its endpoints. */
export async function addPending(place: Place, waiting: Waiting): Promise<void> {
  if (place.kind === 'sqlite') addPendingSqlite(place.where, waiting);
  else await addPendingPostgres(place.where, waiting);
}

const hexOf = (id: EndpointId): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

function inSqlite(directory: string, work: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(join(directory, 'posthorn.db'));
  db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -200000; begin');
  work(db);
  db.exec('commit; pragma wal_checkpoint(truncate)');
  db.close();
}

// Ids are UUIDv7 of a moment an hour ago, so that what is accepted from now on comes behind them.
const SQLITE_ID = `unhex(printf('%012x7%03x8%03x%012x', @at + n / 1000, n % 4096, @salt, n))`;
const SQLITE_COUNT = `with recursive count (n) as (select 0 union all select n + 1 from count where n + 1 < @total)`;

function addPendingSqlite(directory: string, waiting: Waiting): void {
  inSqlite(directory, (db) => {
    const at = Date.now() - HOUR_MS;
    const insertEvents = db.prepare(
      `${SQLITE_COUNT} insert into event (tenant, id, created_at, type, fingerprint, deliveries, body)
       select (select key from tenant), ${SQLITE_ID}, @at, 'order.paid', zeroblob(32), zeroblob(0), @body from count`,
    );
    insertEvents.run({ at, salt: 1, total: PER_EVENT, body: BODY });
    const insertQueued = db.prepare(
      `${SQLITE_COUNT} insert into queue (id, tenant, endpoint, event, place, due)
       select ${SQLITE_ID}, (select key from tenant), (select key from endpoint where id = @endpoint),
         (select min(key) from event) + n % ${PER_EVENT}, @place, iif(@place = 1, @due + n, null) from count`,
    );
    const { endpointId, backlog, dueEndpointId, due, dueFrom } = waiting;
    if (backlog > 0) insertQueued.run({ at, salt: 2, total: backlog, endpoint: hexOf(endpointId), place: 2, due: 0 });
    if (due > 0) {
      insertQueued.run({ at, salt: 3, total: due, endpoint: hexOf(dueEndpointId), place: 1, due: Math.floor(dueFrom) });
    }
  });
}

const POSTGRES_ID = `(lpad(to_hex($1::bigint + n / 1000), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '800' || $2
  || lpad(to_hex(n), 12, '0'))::uuid`;

async function inPostgres(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set synchronous_commit = off');
    await work(client);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

async function addPendingPostgres(url: string, waiting: Waiting): Promise<void> {
  const at = Date.now() - HOUR_MS;
  await inPostgres(url, async (client) => {
    await client.query(
      `insert into posthorn.event (tenant, created_at, id, type, fingerprint, deliveries, endpoints, body)
       select (select key from posthorn.tenant), $1::bigint, ${POSTGRES_ID}, 'order.paid', '\\x00', '{}', '{}', $3
       from generate_series(0, ${PER_EVENT - 1}) as n`,
      [at, '1', BODY],
    );
    const queued = `
      insert into posthorn.queue (id, endpoint_id, event_id, tenant, place, due_at, event_type)
      select ${POSTGRES_ID}, $3::uuid, events.ids[1 + n % ${PER_EVENT}], (select key from posthorn.tenant), $4,
        case when $4 = 'due' then $5::bigint + n end, 'order.paid'
      from generate_series(0, $6::bigint - 1) as n, (select array_agg(id) as ids from posthorn.event) as events`;
    const { endpointId, backlog, dueEndpointId, due, dueFrom } = waiting;
    if (backlog > 0) await client.query(queued, [at, '2', endpointId, 'backlog', 0, backlog]);
    if (due > 0) await client.query(queued, [at, '3', dueEndpointId, 'due', Math.floor(dueFrom), due]);
  });
}

export interface Finished {
  readonly endpointId: EndpointId;
  /** Events, each with one delivery and one attempt. */
  readonly events: number;
  /** Created between these moments, evenly. */
  readonly from: number;
  readonly to: number;
}

/** One delivery of this many was exhausted; the others succeeded. */
const EXHAUSTED_OF = 1_000;

/** Puts finished deliveries of one tenant into an unused store that has the endpoint. */
export async function addHistory(place: Place, finished: Finished): Promise<void> {
  if (place.kind === 'sqlite') addHistorySqlite(place.where, finished);
  else await addHistoryPostgres(place.where, finished);
}

function addHistorySqlite(directory: string, { endpointId, events, from, to }: Finished): void {
  const spacing = (to - from) / events;
  const id = `unhex(printf('%012x7%03x8%03x%012x', cast(@from + n * @spacing as integer), n % 4096, @salt, n))`;
  const values = { from, spacing, total: events };
  inSqlite(directory, (db) => {
    const endpoint = hexOf(endpointId);
    db.prepare(
      `${SQLITE_COUNT} insert into event (key, tenant, id, created_at, type, fingerprint, deliveries, body)
       select n + 1, (select key from tenant), ${id}, cast(@from + n * @spacing as integer),
         iif(n % 100 = 0, 'user.created', 'order.paid'), zeroblob(32), ${id.replace('@salt', '@delivery')} || @endpoint, @body
       from count`,
    ).run({ ...values, salt: 1, delivery: 2, endpoint, body: BODY.subarray(0, 200) });
    db.prepare(
      `${SQLITE_COUNT} insert into delivery (endpoint, state, id, tenant, event, attempts, failures, interruptions, ended_at)
       select (select key from endpoint where id = @endpoint), iif(n % ${EXHAUSTED_OF} = 0, 2, 1), ${id},
         (select key from tenant), n + 1, 1, 0, 0, cast(@from + n * @spacing as integer) + 5
       from count order by 2, n`,
    ).run({ ...values, salt: 2, endpoint });
    db.prepare(
      `${SQLITE_COUNT} insert into attempt (delivery, id, number, manual, late, started_at, connect_ms, duration_ms,
         repeated, outcome, error, status, truncated, headers, body)
       select ${id}, ${id.replace('@salt', '@attempt')}, 1, 0, 0, cast(@from + n * @spacing as integer), null, 4, 0,
         'succeeded', null, 200, 0, '[]', zeroblob(0)
       from count`,
    ).run({ ...values, salt: 2, attempt: 3 });
  });
}

async function addHistoryPostgres(url: string, { endpointId, events, from, to }: Finished): Promise<void> {
  const moment = `($1::float8 + n * $2::float8)::bigint`;
  const id = (salt: number) =>
    `(lpad(to_hex(${moment}), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '800${salt}' || lpad(to_hex(n), 12, '0'))::uuid`;
  const series = `from generate_series(0, $3::bigint - 1) as n`;
  const values = [from, (to - from) / events, events];
  await inPostgres(url, async (client) => {
    await client.query(
      `insert into posthorn.event (tenant, created_at, id, type, fingerprint, deliveries, endpoints, body)
       select (select key from posthorn.tenant), ${moment}, ${id(1)},
         case when n % 100 = 0 then 'user.created' else 'order.paid' end, '\\x00', array[${id(2)}], array[$4::uuid], $5
       ${series}`,
      [...values, endpointId, BODY.subarray(0, 200)],
    );
    await client.query(
      `insert into posthorn.delivery (tenant, ended_at, id, endpoint_id, event_id, attempts, failures, interruptions,
         event_type, state)
       select (select key from posthorn.tenant), ${moment} + 5, ${id(2)}, $4::uuid, ${id(1)}, 1, 0, 0,
         case when n % 100 = 0 then 'user.created' else 'order.paid' end,
         case when n % ${EXHAUSTED_OF} = 0 then 'exhausted' else 'succeeded' end
       ${series}`,
      [...values, endpointId],
    );
    await client.query(
      `insert into posthorn.attempt (delivery_id, id, started_at, duration_ms, number, status, manual, repeated, late,
         truncated, outcome, response_headers, response_body)
       select ${id(2)}, ${id(3)}, ${moment}, 4, 1, 200, false, false, false, false, 'succeeded', '[]', '\\x'
       ${series}`,
      values,
    );
  });
}
