// Replays as they are kept: created with what was counted, read, listed, cancelled. Their steps are in replay-step.
import { type EndpointId, idFloor, type ReplayId, type TenantId } from '../../domain/ids.ts';
import type { ReplayState } from '../../domain/replay.ts';
import { type SteadyMs, type WallMs, wall } from '../../domain/time.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import type { Page } from '../../seams/store/registry.ts';
import type { Replay, ReplayFilter, Replays } from '../../seams/store/replays.ts';
import type { Database, Query, Statement } from './connection.ts';
import { LOCK_TENANT } from './endpoints.ts';
import { once } from './idempotency.ts';
import { NIL, plainArray, textArray } from './sql-values.ts';

const EXISTS: Statement = { text: 'select from posthorn.replay where id = $1' };

/** Served by replay_running. */
const RUNNING: Statement = {
  text: `select count(*) as running from posthorn.replay where tenant = $1 and state = 'running'`,
};

const INSERT: Statement = {
  text: `
insert into posthorn.replay (
  id, tenant, endpoint_id, event_types, states, since, until, rate, total, replayed, skipped, state, due_at, created_at,
  ended_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
`,
};

const INSERT_PARTS: Statement = {
  text: `
insert into posthorn.replay_part (replay_id, endpoint_id, due_at, cursor, outstanding, remaining)
select $1, endpoint.id, $3, $4, 0, counted.remaining
from unnest($5::uuid[], $6::int[]) as counted (endpoint_id, remaining)
cross join lateral (
  select id from posthorn.endpoint where id = counted.endpoint_id and tenant = $2 offset 0
) as endpoint
`,
};

/** Columns of a `ReplayRow`. */
export const REPLAY_COLUMNS = `
replay.id, replay.endpoint_id, replay.event_types, replay.states, replay.since, replay.until, replay.rate, replay.total,
replay.replayed, replay.skipped, replay.state, replay.created_at, replay.ended_at, tenant.id as tenant_id`;

const ONE: Statement = {
  text: `
select ${REPLAY_COLUMNS}
from posthorn.tenant join posthorn.replay on replay.tenant = tenant.key
where tenant.id = $1 and tenant.deleted_at is null and replay.id = $2
`,
};

/** Served by replay_newest. */
const LIST: Statement = {
  text: `
select ${REPLAY_COLUMNS}
from posthorn.tenant join posthorn.replay on replay.tenant = tenant.key
where tenant.id = $1 and tenant.deleted_at is null and ($3::uuid is null or replay.id < $3)
order by replay.id desc
limit $2
`,
};

/** Waits for a step under way, and then ends what is still running. */
const CANCEL: Statement = {
  text: `
update posthorn.replay set state = 'cancelled', due_at = null, ended_at = $2 where id = $1 and state = 'running' returning id
`,
};

const REMOVE_PARTS: Statement = { text: 'delete from posthorn.replay_part where replay_id = $1' };

export interface ReplayRow {
  readonly id: ReplayId;
  readonly tenant_id: TenantId;
  readonly endpoint_id: EndpointId | null;
  readonly event_types: readonly string[] | null;
  readonly states: ReplayFilter['states'];
  readonly since: number | null;
  readonly until: number;
  readonly rate: number;
  readonly total: number;
  readonly replayed: number;
  readonly skipped: number;
  readonly state: ReplayState;
  readonly created_at: number;
  readonly ended_at: number | null;
}

/** See `Replays.createReplay`. */
export function createReplay(
  database: Database,
  replay: Replay,
  counts: ReadonlyMap<EndpointId, number>,
  now: SteadyMs,
  max: number,
  claim?: ClaimedKey,
): ReturnType<Replays['createReplay']> {
  return database.transaction((query) => once(query, claim, () => create(query, replay, counts, now, max)));
}

async function create(
  query: Query,
  replay: Replay,
  counts: ReadonlyMap<EndpointId, number>,
  now: SteadyMs,
  max: number,
): ReturnType<Replays['createReplay']> {
  const [tenant] = await query<{ key: number }>(LOCK_TENANT, [replay.tenantId]);
  if (tenant === undefined) return 'unknown_tenant';
  if ((await query(EXISTS, [replay.id])).length > 0) return 'created';
  const running = replay.state === 'running';
  const [count] = await query<{ running: number }>(RUNNING, [tenant.key]);
  if (running && (count?.running ?? 0) >= max) return 'too_many';
  await query(INSERT, [
    replay.id,
    tenant.key,
    replay.endpointId,
    replay.eventTypes === null ? null : textArray(replay.eventTypes),
    plainArray(replay.states),
    replay.since,
    replay.until,
    replay.ratePerSecond,
    replay.total,
    replay.replayed,
    replay.skipped,
    replay.state,
    running ? now : null,
    replay.createdAt,
    replay.endedAt,
  ]);
  if (running) {
    const [endpoints, amounts] = [plainArray([...counts.keys()]), plainArray([...counts.values()])];
    await query(INSERT_PARTS, [replay.id, tenant.key, now, lowestId(replay.since), endpoints, amounts]);
  }
  return 'created';
}

/** See `Replays.replay`. */
export async function replay(database: Database, tenantId: TenantId, id: ReplayId): Promise<Replay | undefined> {
  const [row] = await database.read<ReplayRow>(ONE, [tenantId, id]);
  return row === undefined ? undefined : replayOf(row);
}

/** See `Replays.replays`. */
export async function replays(
  database: Database,
  tenantId: TenantId,
  { limit, after }: Page<ReplayId>,
): Promise<Replay[]> {
  return (await database.read<ReplayRow>(LIST, [tenantId, limit, after])).map(replayOf);
}

/** See `Replays.cancelReplay`. */
export function cancelReplay(
  database: Database,
  tenantId: TenantId,
  id: ReplayId,
  at: WallMs,
  claim?: ClaimedKey,
): ReturnType<Replays['cancelReplay']> {
  return database.transaction(async (query) => {
    const kind = await once(query, claim, async () => {
      // The tenant's own, before anything is changed.
      if ((await query(ONE, [tenantId, id])).length === 0) return 'ended';
      if ((await query(CANCEL, [id, at])).length === 0) return 'ended';
      await query(REMOVE_PARTS, [id]);
      return 'cancelled';
    });
    const [row] = await query<ReplayRow>(ONE, [tenantId, id]);
    return row === undefined ? undefined : { kind, replay: replayOf(row) };
  });
}

/** Below the ids of all deliveries created at `since` or later. */
export function lowestId(since: number | null): string {
  return since === null ? NIL : idFloor(since);
}

export function replayOf(row: ReplayRow): Replay {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    state: row.state,
    endpointId: row.endpoint_id,
    eventTypes: row.event_types,
    states: row.states,
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
