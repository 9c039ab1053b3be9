// Removing the rows of endpoints that were deleted long ago. Rows refer to an endpoint by its key, and a list must find who that
// was: so a row goes when nothing names it any more. All that may is found by an index, except what is leased, which must not
// pay for one. For that the queue is looked through, in steps and for many endpoints at once.
import type { WallMs } from '../../domain/time.ts';
import type { PruneStep } from '../prune-in-steps.ts';
import { PLACE } from './codes.ts';
import type { Connection } from './connection.ts';
import { ABOVE_ALL_IDS, BEFORE_ALL_IDS } from './uuid.ts';

/** Rows of the queue passed per step: about 2 ms. */
const PASSED_PER_STEP = 5_000;

/** Where the next step goes on. */
export interface TombstoneCursor {
  readonly of: 'endpoints';
  /** The last one looked at. */
  readonly deletedAt: number;
  readonly key: number;
  /** Those that seemed to be named by nothing, and how far the queue has been looked through for them. */
  readonly unnamed: readonly number[];
  readonly passed: Uint8Array;
}

export const FIRST_TOMBSTONE: TombstoneCursor = {
  of: 'endpoints',
  deletedAt: Number.MIN_SAFE_INTEGER,
  key: 0,
  unnamed: [],
  passed: BEFORE_ALL_IDS,
};

// index: the primary keys of delivery and sweep, queue_due_of_endpoint, queue_backlog, queue_paused and replay_of_endpoint
const UNNAMED = `
  not exists (select 1 from delivery where delivery.endpoint = endpoint.key)
  and not exists (select 1 from queue where place = ${PLACE.due} and queue.endpoint = endpoint.key)
  and not exists (select 1 from queue where place = ${PLACE.backlog} and queue.endpoint = endpoint.key)
  and not exists (select 1 from queue where place = ${PLACE.paused} and queue.endpoint = endpoint.key)
  and not exists (select 1 from sweep where sweep.endpoint = endpoint.key)
  and not exists (select 1 from replay where replay.endpoint = endpoint.key)`;
// index: endpoint_deleted
export const TOMBSTONES = `
  select key, deleted_at, ${UNNAMED} as unnamed
  from endpoint
  where deleted_at < ? and (deleted_at, key) > (?, ?) order by deleted_at, key limit ?`;
// index: the primary key
export const QUEUED_UNTIL = `select id from queue where id > ? order by id limit 1 offset ${PASSED_PER_STEP - 1}`;
export const NAMED_IN_QUEUE = `
  select endpoint from queue not indexed
  where id > ? and id <= ? and endpoint in (select value from json_each(?))`;
export const REMOVE_TOMBSTONES = `
  delete from endpoint where key in (select value from json_each(?)) and deleted_at is not null and ${UNNAMED}`;

interface TombstoneRow {
  readonly key: number;
  readonly deleted_at: number;
  readonly unnamed: number;
}

/** Looks at `limit` of them at most, and removes those that nothing names. */
export function pruneTombstones(
  db: Connection,
  before: WallMs,
  limit: number,
  from: TombstoneCursor,
): PruneStep<TombstoneCursor> {
  const looked = from.unnamed.length > 0 ? from : nextTombstones(db, before, limit, from);
  if (looked === null) return { removed: 0, next: null };
  if (looked.unnamed.length === 0) return { removed: 0, next: looked };
  // Nothing new can name a deleted endpoint. A delivery that has left the queue when its turn comes has ended, and is found at the end.
  const until = db.get<{ id: Uint8Array }>(QUEUED_UNTIL, looked.passed)?.id;
  const list = JSON.stringify(looked.unnamed);
  const rows = db.all<{ endpoint: number }>(NAMED_IN_QUEUE, looked.passed, until ?? ABOVE_ALL_IDS, list);
  const named = new Set(rows.map(({ endpoint }) => endpoint));
  const unnamed = looked.unnamed.filter((key) => !named.has(key));
  if (until !== undefined) return { removed: 0, next: { ...looked, unnamed, passed: until } };
  const removed = db.run(REMOVE_TOMBSTONES, JSON.stringify(unnamed));
  if (removed > 0) db.names.forget();
  return { removed, next: { ...looked, unnamed: [], passed: BEFORE_ALL_IDS } };
}

/** @returns `null` when there are no more */
function nextTombstones(db: Connection, before: WallMs, limit: number, from: TombstoneCursor): TombstoneCursor | null {
  const rows = db.all<TombstoneRow>(TOMBSTONES, before, from.deletedAt, from.key, limit);
  const last = rows.at(-1);
  if (last === undefined) return null;
  const unnamed = rows.filter((row) => row.unnamed === 1).map(({ key }) => key);
  return { of: 'endpoints', deletedAt: last.deleted_at, key: last.key, unnamed, passed: BEFORE_ALL_IDS };
}
