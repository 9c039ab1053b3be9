// How much happened: counts added to the slots of their moment, and read back for charts.
import type { OwnerId } from '../../domain/ids.ts';
import {
  addCounts,
  addStatuses,
  type Counts,
  FIGURES,
  type Figures,
  mostFrequent,
  noCounts,
  readStatusCounts,
  type Scope,
  SLOT_MS,
  slotOf,
  TIERS,
  type Tier,
} from '../../domain/tally.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { Tallied, TallySlot } from '../../seams/store/tallies.ts';
import type { Connection } from './connection.ts';
import { idBytes } from './uuid.ts';

/** Stands for a tier in the tables. Part of the file format. */
export const TIER = { minute: 1, hour: 2, day: 3 } as const satisfies Record<Tier, number>;

const TAKE_NUMBER = `
  insert into tally_writer (id, number, at) values (?, ?, ?)
  on conflict (id) do update set number = excluded.number, at = excluded.at where number < excluded.number`;
// index: endpoint.id
const PLACE_OF_ENDPOINT = `select key as endpoint, tenant from endpoint where id = ?`;
/** The greater of two values of which one may be missing. */
const latest = (column: string) =>
  `${column} = max(ifnull(${column}, excluded.${column}), ifnull(excluded.${column}, ${column}))`;
/** The statuses are the row's, with the new ones added already; null when there are no new ones. */
const ADD = `
  insert into tally (tier, at, tenant, endpoint, last_failed_at, pending, statuses, ${FIGURES.join(', ')})
  values (?, ?, ?, ?, ?, ?, ?, ${FIGURES.map(() => '?').join(', ')})
  on conflict (tier, at, tenant, endpoint) do update set
    ${FIGURES.map((figure) => `${figure} = ${figure} + excluded.${figure}`).join(', ')},
    ${latest('last_failed_at')}, ${latest('pending')}, statuses = ifnull(excluded.statuses, statuses)`;
// index: the primary key
const STATUSES = `select statuses from tally where tier = ? and at = ? and tenant = ? and endpoint = ?`;
/** A tier's first slot, or its last. index: the primary key */
const endOf = (order: 'asc' | 'desc') => `(select at from tally where tier = ?1 order by at ${order} limit 1)`;
/** Every slot between two moments, as far as there are any, so that each is found by the whole primary key. */
export const SLOTS = `
  with recursive bounds (first, last) as (select max(?2, ${endOf('asc')}), min(?3 - 1, ${endOf('desc')})),
  slot (at) as (
    select first from bounds where first <= last
    union all select at + ?4 from slot cross join bounds where at + ?4 <= last
  )`;
// index: the primary key, one search per slot
export const CHART = `${SLOTS}
  select tally.at, pending, statuses, ${FIGURES.join(', ')}
  from slot cross join tally
  where tier = ?1 and tally.at = slot.at and tenant = ?5 and endpoint = ?6`;
// index: the primary key
export const LAST_OLD = `
  select at, tenant, endpoint from tally where tier = ? and at < ?
  order by at, tenant, endpoint limit 1 offset ?`;
export const REMOVE_OLD = `delete from tally where tier = ? and (at, tenant, endpoint) <= (?, ?, ?)`;
const REMOVE_ALL_OLD = `delete from tally where tier = ? and at < ?`;
/** One row per process that ever ran in that time: few. */
const REMOVE_WRITERS = `delete from tally_writer where at < ?`;

/** A scope's keys in the tables. */
interface Place {
  readonly tenant: number;
  readonly endpoint: number;
}

interface Sum extends Place {
  readonly counts: Counts;
  lastFailedAt: number | null;
}

const INSTALLATION: Place = { tenant: 0, endpoint: 0 };

/** See `Tallies.tally`. */
export function tally(db: Connection, writer: OwnerId, number: number, { at, tallies, pending }: Tallied): void {
  if (db.run(TAKE_NUMBER, idBytes(writer), number, at) === 0) return;
  const sums = new Map<string, Sum>();
  for (const { scope, counts, lastFailedAt } of tallies) {
    for (const place of upwards(placeOf(db, scope))) {
      const sum = sumOf(sums, place);
      addCounts(sum.counts, counts);
      if (lastFailedAt !== null) sum.lastFailedAt = Math.max(sum.lastFailedAt ?? 0, lastFailedAt);
    }
  }
  if (pending !== null) sumOf(sums, INSTALLATION);
  for (const sum of sums.values()) add(db, at, sum, sum.tenant === 0 ? pending : null);
}

/** See `Tallies.tallies`. */
export function tallies(db: Connection, scope: Scope, tier: Tier, since: WallMs, until: WallMs): TallySlot[] {
  const place = placeOf(db, scope);
  if (place === undefined || since >= until) return [];
  if (scope.kind === 'endpoint' && db.names.tenant(scope.tenantId)?.key !== place.tenant) return [];
  const values = [TIER[tier], since, until, SLOT_MS[tier], place.tenant, place.endpoint];
  return db
    .all<Figures & { at: number; pending: number | null; statuses: string | null }>(CHART, ...values)
    .map(({ at, pending, statuses, ...figures }) => ({
      at: wall(at),
      pending,
      counts: { ...figures, statuses: statusesIn(statuses) },
    }));
}

/** A step of a call. See `Tallies.pruneTallies`. */
export function pruneTalliesStep(db: Connection, before: Readonly<Record<Tier, WallMs>>, limit: number): number {
  for (const tier of TIERS) {
    const last = db.get<Place & { at: number }>(LAST_OLD, TIER[tier], before[tier], limit - 1);
    if (last !== undefined) return db.run(REMOVE_OLD, TIER[tier], last.at, last.tenant, last.endpoint);
    const removed = db.run(REMOVE_ALL_OLD, TIER[tier], before[tier]);
    if (removed > 0) return removed;
  }
  return db.run(REMOVE_WRITERS, before.day);
}

function add(db: Connection, at: WallMs, sum: Sum, pending: number | null): void {
  const { tenant, endpoint, counts, lastFailedAt } = sum;
  const figures = FIGURES.map((figure) => counts[figure]);
  for (const tier of TIERS) {
    const slot = [TIER[tier], slotOf(tier, at), tenant, endpoint] as const;
    const statuses = counts.statuses.size === 0 ? null : addedStatuses(db, slot, counts.statuses);
    db.run(ADD, ...slot, lastFailedAt, pending, statuses, ...figures);
  }
}

/** The statuses of a slot with those added, as they are stored. */
function addedStatuses(db: Connection, slot: readonly number[], more: ReadonlyMap<number, number>): string {
  const sum = statusesIn(db.get<{ statuses: string | null }>(STATUSES, ...slot)?.statuses ?? null);
  addStatuses(sum, more);
  return JSON.stringify(Object.fromEntries(mostFrequent(sum)));
}

const statusesIn = (stored: string | null): Map<number, number> =>
  readStatusCounts(stored === null ? null : JSON.parse(stored));

function sumOf(sums: Map<string, Sum>, place: Place): Sum {
  const key = `${place.tenant}:${place.endpoint}`;
  const known = sums.get(key);
  if (known !== undefined) return known;
  const sum = { ...place, counts: noCounts(), lastFailedAt: null };
  sums.set(key, sum);
  return sum;
}

/** Where a scope's counts are; `undefined` when it is gone. An endpoint's tenant is its own, also once deleted. */
function placeOf(db: Connection, scope: Scope): Place | undefined {
  if (scope.kind === 'installation') return INSTALLATION;
  if (scope.kind === 'endpoint') return db.get<Place>(PLACE_OF_ENDPOINT, idBytes(scope.endpointId));
  const tenant = db.names.tenant(scope.tenantId)?.key;
  return tenant === undefined ? undefined : { tenant, endpoint: 0 };
}

/** A place and those that contain it. */
function upwards(place: Place | undefined): Place[] {
  if (place === undefined || place.tenant === 0) return [INSTALLATION];
  return place.endpoint === 0 ? [place, INSTALLATION] : [place, { ...place, endpoint: 0 }, INSTALLATION];
}
