// How much is pending: counted in indexes and only up to a limit, because other calls wait meanwhile.
import { type EndpointId, idTime } from '../../domain/ids.ts';
import type { Scope } from '../../domain/tally.ts';
import { earlier, wall } from '../../domain/time.ts';
import type { Pending } from '../../seams/store/history.ts';
import type { PendingOf, Tallies } from '../../seams/store/tallies.ts';
import { PLACE } from './codes.ts';
import type { Connection } from './connection.ts';
import { BEFORE_ALL_IDS, idBytes, readId } from './uuid.ts';

/** Endpoints of a tenant looked at per step: about 2 ms. */
const ENDPOINTS_PER_STEP = 200;

// index: queue_due, queue_backlog, queue_paused, each read from one end
const COUNTS = `
  select
    (select count(*) from (select 1 from queue where place = ${PLACE.due} limit ?1)) as due,
    (select count(*) from (select 1 from queue where place = ${PLACE.backlog} limit ?1)) as backlog,
    (select count(*) from (select 1 from queue where place = ${PLACE.paused} limit ?1)) as paused`;
// index: the primary key, from the oldest id up to the first that is not paused
const OLDEST = `select id from (select id, place from queue order by id limit ?) where place <> ${PLACE.paused} limit 1`;
const countIn = (place: number) => `
  select count(*) from (select 1 from chosen cross join queue on place = ${place} and endpoint = chosen.key limit ?1)`;
const oldestIn = (place: number) => `
  select min((select id from queue where place = ${place} and endpoint = chosen.key order by id limit 1)) from chosen`;
/** Counts pending deliveries of some endpoints together. @param chosen statement that answers their keys; `?1` is the limit */
const countsAmong = (chosen: string) => `
  with chosen as materialized (${chosen})
  select
    (${countIn(PLACE.due)}) as due, (${countIn(PLACE.backlog)}) as backlog, (${countIn(PLACE.paused)}) as paused,
    (${oldestIn(PLACE.due)}) as oldest_due, (${oldestIn(PLACE.backlog)}) as oldest_backlog`;
// index: queue_due_of_endpoint, queue_backlog, queue_paused; each ends in the id
export const COUNTS_OF_ENDPOINT = countsAmong(`select key from endpoint where id = ?2 and tenant = ?3`);
// index: endpoint_live, and then the same
export const COUNTS_OF_ENDPOINTS = countsAmong(
  `select key from endpoint where tenant = ?2 and id > ?3 and deleted_at is null order by id limit ${ENDPOINTS_PER_STEP}`,
);
const LAST_ENDPOINT = `
  select id from endpoint where tenant = ? and id > ? and deleted_at is null
  order by id limit 1 offset ${ENDPOINTS_PER_STEP - 1}`;

interface Counted {
  readonly due: number;
  readonly backlog: number;
  readonly paused: number;
}

interface CountedAmong extends Counted {
  readonly oldest_due: Uint8Array | null;
  readonly oldest_backlog: Uint8Array | null;
}

/** See `History.pending`. */
export function pending(db: Connection, limit: number): Pending {
  const counts = db.get<Counted>(COUNTS, limit);
  const oldest = db.get<{ id: Uint8Array }>(OLDEST, limit);
  const { due, backlog, paused } = counts ?? { due: 0, backlog: 0, paused: 0 };
  return { due, backlog, paused, oldestCreatedAt: oldest === undefined ? null : wall(idTime(readId(oldest.id))) };
}

const NOTHING: PendingOf = { waiting: 0, leased: null, capped: false, oldestCreatedAt: null };

/** The count, and the endpoint to go on behind; `null` when that was the last. */
interface PendingStep {
  readonly pending: PendingOf;
  readonly next: EndpointId | null;
}

/** A step of a call. See `Tallies.pendingOf`. @param after the last endpoint of the tenant that was looked at */
export function pendingOfStep(db: Connection, scope: Scope, after: EndpointId | null, limit: number): PendingStep {
  if (scope.kind === 'installation') return { pending: ofEverything(pending(db, limit), limit), next: null };
  const tenant = db.names.tenant(scope.tenantId)?.key;
  if (tenant === undefined) return { pending: NOTHING, next: null };
  if (scope.kind === 'endpoint') {
    const endpoint = idBytes(scope.endpointId);
    return { pending: among(db.get<CountedAmong>(COUNTS_OF_ENDPOINT, limit, endpoint, tenant), limit), next: null };
  }
  const from = after === null ? BEFORE_ALL_IDS : idBytes(after);
  const last = db.get<{ id: Uint8Array }>(LAST_ENDPOINT, tenant, from);
  const counted = db.get<CountedAmong>(COUNTS_OF_ENDPOINTS, limit, tenant, from);
  return { pending: among(counted, limit), next: last === undefined ? null : readId<EndpointId>(last.id) };
}

/**
 * See `Tallies.pendingOf`.
 * @param take calls `pendingOfStep`, wherever the database is
 */
export function pendingOf(
  take: (scope: Scope, after: EndpointId | null, limit: number) => Promise<PendingStep>,
): Tallies['pendingOf'] {
  return async (scope, limit) => {
    let sum = NOTHING;
    for (let after: EndpointId | null = null; ; ) {
      const { pending, next }: PendingStep = await take(scope, after, limit);
      sum = together(sum, pending, limit);
      if (next === null || sum.waiting >= limit) return { ...sum, capped: sum.capped || next !== null };
      after = next;
    }
  };
}

function among(row: CountedAmong | undefined, limit: number): PendingOf {
  if (row === undefined) return NOTHING;
  const oldest = [row.oldest_due, row.oldest_backlog].flatMap((id) => (id === null ? [] : [idTime(readId(id))]));
  return ofEverything({ ...row, oldestCreatedAt: oldest.length === 0 ? null : wall(Math.min(...oldest)) }, limit);
}

/** Each place was counted up to the limit. */
function ofEverything({ due, backlog, paused, oldestCreatedAt }: Pending, limit: number): PendingOf {
  const capped = due >= limit || backlog >= limit || paused >= limit;
  return { waiting: due + backlog + paused, leased: null, capped, oldestCreatedAt };
}

function together(a: PendingOf, b: PendingOf, limit: number): PendingOf {
  const waiting = a.waiting + b.waiting;
  return {
    waiting,
    leased: null,
    capped: a.capped || b.capped || waiting >= limit,
    oldestCreatedAt: earlier(a.oldestCreatedAt, b.oldestCreatedAt),
  };
}
