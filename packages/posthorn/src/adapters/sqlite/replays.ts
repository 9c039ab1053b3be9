// Replays as they are kept: created with what was counted, read, listed, cancelled. Their steps are in replay-step.
import type { EndState } from '../../domain/delivery.ts';
import { type EndpointId, idFloor, type ReplayId, type TenantId } from '../../domain/ids.ts';
import { type SteadyMs, type WallMs, wall } from '../../domain/time.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import type { Page } from '../../seams/store/registry.ts';
import type { Replay, Replays } from '../../seams/store/replays.ts';
import { REPLAY_STATE, replayStateOf } from './codes.ts';
import type { Connection } from './connection.ts';
import { once } from './idempotency.ts';
import { ABOVE_ALL_IDS, BEFORE_ALL_IDS, idBytes, readId } from './uuid.ts';

/** Columns of a `ReplayRow`. */
export const REPLAY_COLUMNS = `key, id, tenant, endpoint, event_types, states, since, until, rate, total, replayed, skipped,
  state, created_at, ended_at`;
// index: replay.id
const REPLAY = `select ${REPLAY_COLUMNS} from replay where id = ? and tenant = ?`;
// index: replay_by_tenant
const REPLAYS = `select ${REPLAY_COLUMNS} from replay where tenant = ? and id < ? order by id desc limit ?`;
// index: replay_running
const RUNNING = `
  select count(*) as count from (select 1 from replay where due is not null and tenant = ? limit ?)`;
const INSERT = `
  insert into replay (id, tenant, endpoint, event_types, states, since, until, rate, total, replayed, skipped, state, due,
    created_at, ended_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
// index: endpoint.id
const INSERT_PART = `
  insert into replay_part (replay, endpoint, due, cursor, outstanding, remaining)
  select ?, key, ?, ?, 0, ? from endpoint where id = ? and tenant = ?`;
const CANCEL = `update replay set state = ?, due = null, ended_at = ? where key = ?`;
const REMOVE_PARTS = `delete from replay_part where replay = ?`;

export interface ReplayRow {
  readonly key: number;
  readonly id: Uint8Array;
  readonly tenant: number;
  readonly endpoint: number | null;
  readonly event_types: string | null;
  readonly states: string;
  readonly since: number | null;
  readonly until: number;
  readonly rate: number;
  readonly total: number;
  readonly replayed: number;
  readonly skipped: number;
  readonly state: number;
  readonly created_at: number;
  readonly ended_at: number | null;
}

type Created = Awaited<ReturnType<Replays['createReplay']>>;

/** See `Replays.createReplay`. */
export function createReplay(
  db: Connection,
  replay: Replay,
  counts: ReadonlyMap<EndpointId, number>,
  now: SteadyMs,
  max: number,
  claim?: ClaimedKey,
): Created {
  return once(db, claim, () => create(db, replay, counts, now, max));
}

function create(
  db: Connection,
  replay: Replay,
  counts: ReadonlyMap<EndpointId, number>,
  now: SteadyMs,
  max: number,
): Created {
  const tenant = db.names.tenant(replay.tenantId)?.key;
  if (tenant === undefined) return 'unknown_tenant';
  if (find(db, tenant, replay.id) !== undefined) return 'created';
  const running = replay.state === 'running';
  if (running && (db.get<{ count: number }>(RUNNING, tenant, max)?.count ?? 0) >= max) return 'too_many';
  const { endpointId, eventTypes, since } = replay;
  const key = db.insert(
    INSERT,
    idBytes(replay.id),
    tenant,
    endpointId === null ? null : (db.names.endpointKey(endpointId) ?? null),
    eventTypes === null ? null : JSON.stringify(eventTypes),
    JSON.stringify(replay.states),
    since,
    replay.until,
    replay.ratePerSecond,
    replay.total,
    replay.replayed,
    replay.skipped,
    REPLAY_STATE[replay.state],
    running ? now : null,
    replay.createdAt,
    replay.endedAt,
  );
  if (key === undefined) throw new Error(`replay ${replay.id} was not stored`);
  if (!running) return 'created';
  const cursor = new Uint8Array(lowestId(since));
  for (const [id, count] of counts) db.run(INSERT_PART, key, now, cursor, count, idBytes(id), tenant);
  return 'created';
}

/** See `Replays.replay`. */
export function replay(db: Connection, tenantId: TenantId, id: ReplayId): Replay | undefined {
  const tenant = db.names.tenant(tenantId)?.key;
  const row = tenant === undefined ? undefined : find(db, tenant, id);
  return row === undefined ? undefined : replayOf(db, row);
}

/** See `Replays.replays`. */
export function replays(db: Connection, tenantId: TenantId, page: Page<ReplayId>): Replay[] {
  const tenant = db.names.tenant(tenantId)?.key;
  if (tenant === undefined) return [];
  const after = page.after === null ? ABOVE_ALL_IDS : idBytes(page.after);
  return db.all<ReplayRow>(REPLAYS, tenant, after, page.limit).map((row) => replayOf(db, row));
}

/** See `Replays.cancelReplay`. */
export function cancelReplay(
  db: Connection,
  tenantId: TenantId,
  id: ReplayId,
  at: WallMs,
  claim?: ClaimedKey,
): Awaited<ReturnType<Replays['cancelReplay']>> {
  const kind = once(db, claim, () => {
    const tenant = db.names.tenant(tenantId)?.key;
    const row = tenant === undefined ? undefined : find(db, tenant, id);
    if (row?.state !== REPLAY_STATE.running) return 'ended';
    db.run(CANCEL, REPLAY_STATE.cancelled, at, row.key);
    db.run(REMOVE_PARTS, row.key);
    return 'cancelled';
  });
  const now = replay(db, tenantId, id);
  return now === undefined ? undefined : { kind, replay: now };
}

export function replayOf(db: Connection, row: ReplayRow): Replay {
  return {
    id: readId<ReplayId>(row.id),
    tenantId: db.names.tenantName(row.tenant).id,
    state: replayStateOf(row.state),
    endpointId: row.endpoint === null ? null : db.names.endpointId(row.endpoint),
    eventTypes: eventTypesOf(row),
    states: statesOf(row),
    since: row.since === null ? null : wall(row.since),
    until: wall(row.until),
    ratePerSecond: row.rate,
    total: row.total,
    replayed: row.replayed,
    skipped: row.skipped,
    createdAt: wall(row.created_at),
    endedAt: row.ended_at === null ? null : wall(row.ended_at),
  };
}

export function eventTypesOf({ event_types: list }: Pick<ReplayRow, 'event_types'>): string[] | null {
  return list === null ? null : (JSON.parse(list) as string[]);
}

export function statesOf({ states }: Pick<ReplayRow, 'states'>): EndState[] {
  return JSON.parse(states) as EndState[];
}

/** Below the ids of all deliveries created at `since` or later, to be bound at once. */
export function lowestId(since: number | null): Uint8Array {
  return since === null ? BEFORE_ALL_IDS : idBytes(idFloor(since));
}

function find(db: Connection, tenant: number, id: ReplayId): ReplayRow | undefined {
  return db.get<ReplayRow>(REPLAY, idBytes(id), tenant);
}
