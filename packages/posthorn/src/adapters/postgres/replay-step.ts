// One step of a replay: the next few of its deliveries become due, and how far it has come is kept in the same transaction.
// The row of the replay is locked meanwhile, so a step is taken by one process.
import type { EndpointId } from '../../domain/ids.ts';
import {
  addProgress,
  afterPart,
  afterStep,
  NO_PROGRESS,
  type PartStep,
  type ReplayProgress,
  replayRoom,
  replayStepSize,
} from '../../domain/replay.ts';
import { type SteadyMs, steady, type WallMs } from '../../domain/time.ts';
import type { ReplayStep } from '../../seams/store/replays.ts';
import type { Database, Query, Statement } from './connection.ts';
import { search } from './replay-search.ts';
import { REPLAY_COLUMNS, type ReplayRow, replayOf } from './replays.ts';
import { obstacle, REVIVE } from './retry.ts';
import { plainArray } from './sql-values.ts';

/** Endpoints looked at per step. */
const PARTS_PER_STEP = 32;
/** Rows looked at per endpoint. Beyond it the next step goes on. */
const SEARCHED_AT_ONCE = 2_000;

/** Served by replay_due. */
export const DUE_REPLAY: Statement = {
  text: `
select ${REPLAY_COLUMNS}, replay.tenant
from posthorn.replay
cross join lateral (
  select id from posthorn.tenant where key = replay.tenant offset 0
) as tenant
where replay.state = 'running' and replay.due_at <= $1
order by replay.due_at
limit 1
for update of replay skip locked
`,
};

/** Served by replay_due. */
export const NEXT_STEP: Statement = {
  text: `select due_at from posthorn.replay where state = 'running' order by due_at limit 1`,
};

/** Served by replay_part_due. */
export const DUE_PARTS: Statement = {
  text: `
select endpoint_id, cursor, outstanding, remaining
from posthorn.replay_part
where replay_id = $1 and due_at <= $2
order by due_at
limit $3
`,
};

/** Served by replay_part_due. */
export const NEXT_LOOK: Statement = {
  text: 'select due_at from posthorn.replay_part where replay_id = $1 order by due_at limit 1',
};

/** Served by queue_replay. */
export const OUTSTANDING: Statement = {
  text: `
select count(*) as outstanding
from posthorn.queue
where replay_id is not null and replay_id = $1 and endpoint_id = $2
`,
};

const MOVE_PART: Statement = {
  text: `
update posthorn.replay_part
set due_at = $3, cursor = $4, outstanding = $5, remaining = $6
where replay_id = $1 and endpoint_id = $2
`,
};

const REMOVE_PART: Statement = {
  text: 'delete from posthorn.replay_part where replay_id = $1 and endpoint_id = $2',
};

const MOVE: Statement = {
  text: `
update posthorn.replay
set total = $2, replayed = $3, skipped = $4, state = $5, due_at = $6, ended_at = $7
where id = $1
`,
};

type RunningReplay = ReplayRow & { readonly tenant: number };

interface PartRow {
  readonly endpoint_id: EndpointId;
  readonly cursor: string;
  readonly outstanding: number;
  readonly remaining: number;
}

/** The rest that a step may still do. */
interface Budget {
  deliveries: number;
  /** A search has looked at as many rows as it may. */
  searchedLong: boolean;
}

/** See `Replays.stepReplay`. */
export function stepReplay(database: Database, now: SteadyMs, at: WallMs): Promise<ReplayStep> {
  return database.transaction(async (query) => {
    const [row] = await query<RunningReplay>(DUE_REPLAY, [now]);
    if (row === undefined) return { replay: null, made: 0, nextAt: await nextStep(query) };
    const budget = { deliveries: replayStepSize(row.rate), searchedLong: false };
    let progress = NO_PROGRESS;
    for (const part of await query<PartRow>(DUE_PARTS, [row.id, now, PARTS_PER_STEP])) {
      if (budget.deliveries <= 0 || budget.searchedLong) break;
      progress = addProgress(progress, await stepPart(query, row, part, now, budget));
    }
    const moved = await move(query, row, now, at, progress);
    return { replay: replayOf(moved), made: progress.made, nextAt: await nextStep(query) };
  });
}

async function stepPart(
  query: Query,
  replay: RunningReplay,
  part: PartRow,
  now: SteadyMs,
  budget: Budget,
): Promise<ReplayProgress> {
  const { step, cursor } = await stepEndpoint(query, replay, part, now, budget);
  const after = afterPart(part, step, now);
  const key = [replay.id, part.endpoint_id] as const;
  if (after.part === null) await query(REMOVE_PART, key);
  else {
    const { dueAt, outstanding, remaining } = after.part;
    await query(MOVE_PART, [...key, dueAt, cursor, outstanding, remaining]);
  }
  return after.progress;
}

/** Makes deliveries of one endpoint due. @returns what was done, and the last delivery that was looked at */
async function stepEndpoint(
  query: Query,
  replay: RunningReplay,
  part: PartRow,
  now: SteadyMs,
  budget: Budget,
): Promise<{ step: PartStep | 'obstacle'; cursor: string }> {
  const { endpoint_id: endpointId } = part;
  if ((await obstacle(query, endpointId)) !== undefined) return { step: 'obstacle', cursor: part.cursor };
  const [counted] = await query<{ outstanding: number }>(OUTSTANDING, [replay.id, endpointId]);
  const outstanding = counted?.outstanding ?? 0;
  const room = replayRoom(part.outstanding, outstanding);
  const { made, cursor } = await makeDue(query, replay, part, now, Math.min(room, budget.deliveries), budget);
  budget.deliveries -= made;
  return { step: { outstanding, made, searched: cursor === null }, cursor: cursor ?? part.cursor };
}

/** @returns the last delivery that was looked at; `null` when none is left */
async function makeDue(
  query: Query,
  replay: RunningReplay,
  { endpoint_id: endpointId, cursor }: PartRow,
  now: SteadyMs,
  limit: number,
  budget: Budget,
): Promise<{ made: number; cursor: string | null }> {
  if (limit <= 0) return { made: 0, cursor };
  const wanted = {
    tenant: replay.tenant,
    eventTypes: replay.event_types,
    states: replay.states,
    until: replay.until,
    endedBy: replay.created_at,
  };
  const { deliveries, last } = await search(query, wanted, endpointId, cursor, SEARCHED_AT_ONCE, limit);
  budget.searchedLong = deliveries.length < limit && last !== null;
  if (deliveries.length === 0) return { made: 0, cursor: last };
  // Somebody else may have made one of them due at this moment: it is not made due twice.
  const revived = await query(REVIVE, [plainArray(deliveries), replay.tenant, now, replay.id]);
  return { made: revived.length, cursor: last };
}

async function move(
  query: Query,
  row: RunningReplay,
  now: SteadyMs,
  at: WallMs,
  progress: ReplayProgress,
): Promise<RunningReplay> {
  const [look] = await query<{ due_at: number }>(NEXT_LOOK, [row.id]);
  const after = afterStep(row, row.rate, progress, look === undefined ? null : steady(look.due_at), now, at);
  const { total, replayed, skipped, state, dueAt, endedAt } = after;
  await query(MOVE, [row.id, total, replayed, skipped, state, dueAt, endedAt]);
  return { ...row, total, replayed, skipped, state, ended_at: endedAt };
}

async function nextStep(query: Query): Promise<SteadyMs | null> {
  const [row] = await query<{ due_at: number }>(NEXT_STEP, []);
  return row === undefined ? null : steady(row.due_at);
}
