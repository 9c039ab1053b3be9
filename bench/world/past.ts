// A past: events, their ended deliveries and attempts, written by the database itself, millions in a minute. It knows the
// stores' tables, so a migration may have to be followed here. Of a hundred deliveries 94 succeeded at once, two at their
// second attempt, three were exhausted and one was cancelled.
import type { DatabaseSync } from 'node:sqlite';
import type { Client } from 'pg';
import { OUTCOME, STATUS_BASE } from '../../packages/posthorn/src/adapters/sqlite/codes.ts';
import { typeHash } from '../../packages/posthorn/src/adapters/sqlite/type-hash.ts';
import type { AttemptId, DeliveryId, EventId, TenantId } from '../../packages/posthorn/src/domain/ids.ts';
import { inPostgres, inSqlite } from './bulk.ts';
import type { Place } from './places.ts';

export interface Past {
  /** Has endpoints; each event went to two of them, to all in turn. */
  readonly tenantId: TenantId;
  readonly events: number;
  /** When the first event was accepted, and the time from one to the next, in milliseconds. */
  readonly from: number;
  readonly everyMs: number;
  /** Keeps the ids of several pasts apart: a multiple of 256, at most 3,840. */
  readonly salt: number;
}

/** Rows of all kinds that one event brings with it, on average. */
export const ROWS_PER_EVENT = 5.14;
/** All types begin so. There are twenty usual ones, numbered, and one that few events have. */
export const PAST_TYPES = 'past.*';
export const USUAL_TYPE = 'past.t3';
export const RARE_TYPE = 'past.rare';
const RARE_EVERY = 50_000;

const PER_EVENT = [0, 1] as const;
const ATTEMPTS = [1, 2, 3] as const;
/** When each attempt ended, after the event was accepted. */
const ENDED_MS = [5, 10_010, 30_015] as const;
const BODY = Buffer.alloc(1_024, 'x');
/** Events per transaction. */
const CHUNK = 50_000;

/** The `n`th event, for questions about it: its first delivery, and the first attempt of that. */
export function eventOf({ from, everyMs, salt }: Past, n: number) {
  const createdAt = Math.floor(from + n * everyMs);
  const id = (part: number) => {
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
    const time = hex(createdAt, 12);
    const end = `7${hex(n % 4_096, 3)}-8${hex(salt + part, 3)}-${hex(n, 12)}`;
    return `${time.slice(0, 8)}-${time.slice(8)}-${end}`;
  };
  const attemptId = id(attemptPart(0, 1)) as AttemptId;
  return { createdAt, id: id(0) as EventId, deliveryId: id(1) as DeliveryId, attemptId };
}

/** Writes a past into a store that nobody uses. */
export async function addPast(
  place: Pick<Place, 'kind' | 'where'>,
  past: Past,
  say: (text: string) => void,
): Promise<void> {
  const progress = (done: number) =>
    say(`${place.kind}: ${Math.round(done * ROWS_PER_EVENT).toLocaleString('en')} rows of history`);
  const chunks = Array.from({ length: Math.ceil(past.events / CHUNK) }, (_, index) => ({
    low: index * CHUNK,
    high: Math.min((index + 1) * CHUNK, past.events),
  }));
  if (place.kind === 'sqlite') {
    inSqlite(place.where, (db) => {
      for (const { low, high } of chunks) {
        writeSqlite(db, past, low, high);
        db.exec('commit; begin');
        if (high % (10 * CHUNK) === 0) progress(high);
      }
    });
  } else {
    await inPostgres(place.where, async (client) => {
      for (const { low, high } of chunks) {
        await writePostgres(client, past, low, high);
        if (high % (10 * CHUNK) === 0) progress(high);
      }
    });
  }
}

const TYPE = `case when n % ${RARE_EVERY} = 7 then '${RARE_TYPE}' else 'past.t' || (n % 20) end`;
/** The end of the delivery, in thousandths: see `ATTEMPTS_OF`. @param part which of the event's two */
const fateOf = (part: number) => `((n * 7919 + ${part * 31}) % 1000)`;
const attemptsOf = (part: number) =>
  `case when ${fateOf(part)} < 940 then 1 when ${fateOf(part)} < 960 then 2 when ${fateOf(part)} < 990 then 3 else 0 end`;
const failuresOf = (part: number) =>
  `case when ${fateOf(part)} < 940 then 0 when ${fateOf(part)} < 960 then 1 when ${fateOf(part)} < 990 then 3 else 0 end`;
const TYPE_HASH = `case when n % ${RARE_EVERY} = 7 then ${typeHash(RARE_TYPE)} else case n % 20 ${Array.from(
  { length: 20 },
  (_, nr) => `when ${nr} then ${typeHash(`past.t${nr}`)}`,
).join(' ')} end end`;
/** @param names of the states succeeded, exhausted, cancelled in the store */
const stateOf = (part: number, [succeeded, exhausted, cancelled]: readonly [string, string, string]) =>
  `case when ${fateOf(part)} < 960 then ${succeeded} when ${fateOf(part)} < 990 then ${exhausted} else ${cancelled} end`;
const endedOf = (part: number) =>
  `case when ${fateOf(part)} < 940 then ${ENDED_MS[0]} when ${fateOf(part)} < 960 then ${ENDED_MS[1]} when ${fateOf(part)} < 990 then ${ENDED_MS[2]} else 1 end`;
/** Outcome of the last attempt. */
const lastOf = (part: number, succeeded: number | string, failed: number | string) =>
  `case when ${fateOf(part)} < 960 then ${succeeded} when ${fateOf(part)} < 990 then ${failed} end`;
/** The lowest fate that has an attempt of this number. */
const FROM_FATE = [0, 940, 960] as const;
const succeededAt = (part: number, number: number) =>
  number === 1 ? `${fateOf(part)} < 940` : number === 2 ? `${fateOf(part)} < 960` : 'false';

/** Where an id of each kind gets its number from. */
const attemptPart = (part: number, number: number) => 16 * (part + 1) + number;

// SQLite ------------------------------------------------------------------------------------------------------------------

const SQLITE_AT = `cast(@from + n * @every as integer)`;
const sqliteHex = (part: number) => `printf('%012x7%03x8%03x%012x', ${SQLITE_AT}, n % 4096, @salt + ${part}, n)`;
const SQLITE_COUNT = `with recursive count (n) as (select cast(@low as integer) union all select n + 1 from count where n + 1 < @high)`;
const SQLITE_TENANT = `(select key from tenant where id = @tenant and deleted_at is null)`;
/** The endpoints' places in turn. */
const SQLITE_TURNS = `
  create temp table if not exists turn (nr integer primary key, tenant integer, key integer, hex text)`;
const FILL_TURNS = `
  insert into turn select row_number() over (order by key) - 1, tenant, key, hex(id) from endpoint
  where tenant = ${SQLITE_TENANT} and exists (
    select 1 from endpoint_version
    where endpoint_version.endpoint = endpoint.key and cast(settings as text) like '%past.%'
  )`;
const turnOf = (part: number) => `turn as t${part} on t${part}.nr = (n + ${part} * @endpoints / 2) % @endpoints`;

function writeSqlite(db: DatabaseSync, { tenantId, from, everyMs, salt }: Past, low: number, high: number): void {
  const tenant = tenantId;
  if (low === 0) {
    db.exec(`${SQLITE_TURNS}; delete from turn`);
    db.prepare(FILL_TURNS).run({ tenant });
  }
  const { endpoints } = db.prepare('select count(*) as endpoints from turn').get() as { endpoints: number };
  const range = { from, every: everyMs, salt, low, high, endpoints };
  const turns = PER_EVENT.map((part) => `join ${turnOf(part)}`).join(' ');
  const list = PER_EVENT.map((part) => `${sqliteHex(part + 1)} || t${part}.hex`).join(' || ');
  db.prepare(
    `${SQLITE_COUNT} insert into event (tenant, id, created_at, type, fingerprint, deliveries, body)
     select t0.tenant, unhex(${sqliteHex(0)}), ${SQLITE_AT}, ${TYPE}, zeroblob(32), unhex(${list}), @body
     from count ${turns} order by n`,
  ).run({ ...range, body: BODY });
  const { first } = db.prepare('select max(key) - (@high - @low) + 1 as first from event').get({ low, high }) as {
    first: number;
  };
  for (const part of PER_EVENT) {
    db.prepare(
      `${SQLITE_COUNT} insert into delivery
         (endpoint, state, id, tenant, event, attempts, failures, interruptions, ended_at, type_hash,
          last_outcome, last_status, last_at)
       select t${part}.key, ${stateOf(part, ['1', '2', '3'])}, unhex(${sqliteHex(part + 1)}), t${part}.tenant,
         @first + n - @low, ${attemptsOf(part)}, ${failuresOf(part)}, 0, ${SQLITE_AT} + ${endedOf(part)}, ${TYPE_HASH},
         ${lastOf(part, OUTCOME.succeeded, OUTCOME.http_status)},
         ${lastOf(part, 200 - STATUS_BASE, 503 - STATUS_BASE)},
         ${endedOf(part)} - 4
       from count join ${turnOf(part)}`,
    ).run({ ...range, first });
    for (const number of ATTEMPTS) {
      const succeeded = succeededAt(part, number);
      db.prepare(
        `${SQLITE_COUNT} insert into attempt (delivery, id, number, manual, late, started_at, connect_ms, duration_ms,
           repeated, outcome, error, status, truncated, headers, body)
         select unhex(${sqliteHex(part + 1)}), unhex(${sqliteHex(attemptPart(part, number))}), ${number}, 0, 0,
           ${SQLITE_AT} + ${ENDED_MS[number - 1]} - 4, null, 4, 0, iif(${succeeded}, 'succeeded', 'http_status'),
           iif(${succeeded}, null, 'The receiver answered with status 503; 200 to 209 is success.'),
           iif(${succeeded}, 200, 503), 0, '[["content-length","0"]]', zeroblob(0)
         from count where ${fateOf(part)} >= ${FROM_FATE[number - 1]} and ${fateOf(part)} < 990`,
      ).run({ from, every: everyMs, salt, low, high });
    }
  }
}

// Postgres ----------------------------------------------------------------------------------------------------------------

const POSTGRES_AT = `floor($1::float8 + n * $2::float8)::bigint`;
const postgresId = (part: number) =>
  `(lpad(to_hex(${POSTGRES_AT}), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
    || '8' || lpad(to_hex($3::integer + ${part}), 3, '0') || lpad(to_hex(n), 12, '0'))::uuid`;
const POSTGRES_COUNT = `generate_series($4::bigint, $5::bigint - 1) as n`;
const TURNS = `(
  select tenant.key as tenant, array_agg(endpoint.id order by endpoint.key) as ids, count(*) as endpoints
  from posthorn.tenant join posthorn.endpoint on endpoint.tenant = tenant.key
  where tenant.id = $6 and tenant.deleted_at is null and exists (
      select from posthorn.endpoint_version as version
      where version.endpoint_id = endpoint.id and encode(version.settings, 'escape') like '%past.%'
    )
  group by tenant.key
) as turn`;
const endpointOf = (part: number) => `turn.ids[(1 + (n + ${part} * turn.endpoints / 2) % turn.endpoints)::integer]`;

async function writePostgres(client: Client, past: Past, low: number, high: number): Promise<void> {
  const range = [past.from, past.everyMs, past.salt, low, high];
  const whose = [...range, past.tenantId];
  const ids = PER_EVENT.map((part) => postgresId(part + 1)).join(', ');
  const endpoints = PER_EVENT.map(endpointOf).join(', ');
  await client.query(
    `insert into posthorn.event (tenant, created_at, id, type, fingerprint, deliveries, endpoints, body)
     select turn.tenant, ${POSTGRES_AT}, ${postgresId(0)}, ${TYPE}, '\\x00', array[${ids}], array[${endpoints}], $7
     from ${POSTGRES_COUNT}, ${TURNS}`,
    [...whose, BODY],
  );
  for (const part of PER_EVENT) {
    await client.query(
      `insert into posthorn.delivery
         (tenant, ended_at, id, endpoint_id, event_id, attempts, failures, interruptions, event_type, state,
          last_outcome, last_status, last_at)
       select turn.tenant, ${POSTGRES_AT} + ${endedOf(part)}, ${postgresId(part + 1)}, ${endpointOf(part)},
         ${postgresId(0)}, ${attemptsOf(part)}, ${failuresOf(part)}, 0, ${TYPE},
         ${stateOf(part, ["'succeeded'", "'exhausted'", "'cancelled'"])},
         ${lastOf(part, "'succeeded'", "'http_status'")}, ${lastOf(part, 200, 503)},
         ${POSTGRES_AT} + ${endedOf(part)} - 4
       from ${POSTGRES_COUNT}, ${TURNS}`,
      whose,
    );
    for (const number of ATTEMPTS) {
      const succeeded = succeededAt(part, number);
      await client.query(
        `insert into posthorn.attempt (delivery_id, id, started_at, connect_ms, duration_ms, number, status, manual,
           repeated, late, truncated, outcome, error, response_headers, response_body)
         select ${postgresId(part + 1)}, ${postgresId(attemptPart(part, number))},
           ${POSTGRES_AT} + ${ENDED_MS[number - 1]} - 4, null, 4, ${number},
           case when ${succeeded} then 200 else 503 end, false, false, false, false,
           case when ${succeeded} then 'succeeded' else 'http_status' end,
           case when ${succeeded} then null else 'The receiver answered with status 503; 200 to 209 is success.' end,
           '[["content-length","0"]]', ''
         from ${POSTGRES_COUNT} where ${fateOf(part)} >= ${FROM_FATE[number - 1]} and ${fateOf(part)} < 990`,
        range,
      );
    }
  }
}
