// One step of a replay: the next few of its deliveries become due, and how far it has come is kept in the same transaction.
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
import { type SteadyMs, steady, type WallMs, wall } from '../../domain/time.ts';
import type { ReplayStep } from '../../seams/store/replays.ts';
import { REPLAY_STATE } from './codes.ts';
import type { Connection } from './connection.ts';
import { type Search, search } from './replay-search.ts';
import { eventTypesOf, REPLAY_COLUMNS, type ReplayRow, replayOf, statesOf } from './replays.ts';
import { obstacle, queueAgain } from './retry.ts';

/** Endpoints looked at per step. */
const PARTS_PER_STEP = 32;
/** Rows looked at per step: about 2 ms. Beyond it the next step goes on. */
const SEARCHED_PER_STEP = 1_000;
/** Rows looked at at a time: more than most steps want. */
const SEARCHED_AT_ONCE = 100;

// index: replay_due
export const DUE_REPLAY = `
  select ${REPLAY_COLUMNS} from replay where due is not null and due <= ? order by due limit 1`;
export const NEXT_STEP = `select min(due) as due from replay where due is not null`;
// index: replay_part_due
export const DUE_PARTS = `
  select endpoint, cursor, outstanding, remaining from replay_part where replay = ? and due <= ?
  order by due, endpoint limit ?`;
export const NEXT_LOOK = `select min(due) as due from replay_part where replay = ?`;
// index: queue_replay
export const OUTSTANDING = `
  select count(*) as count from queue where replay is not null and replay = ? and endpoint = ?`;
const MOVE_PART = `
  update replay_part set due = ?, cursor = ?, outstanding = ?, remaining = ? where replay = ? and endpoint = ?`;
const REMOVE_PART = `delete from replay_part where replay = ? and endpoint = ?`;
const MOVE = `update replay set total = ?, replayed = ?, skipped = ?, state = ?, due = ?, ended_at = ? where key = ?`;

interface PartRow {
  readonly endpoint: number;
  readonly cursor: Uint8Array;
  readonly outstanding: number;
  readonly remaining: number;
}

/** The rest that a step may still do. */
interface Budget {
  deliveries: number;
  rows: number;
}

/** See `Replays.stepReplay`. */
export function stepReplay(db: Connection, now: SteadyMs, at: WallMs): ReplayStep {
  const row = db.get<ReplayRow>(DUE_REPLAY, now);
  if (row === undefined) return { replay: null, made: 0, nextAt: nextStep(db) };
  const budget = { deliveries: replayStepSize(row.rate), rows: SEARCHED_PER_STEP };
  let progress = NO_PROGRESS;
  for (const part of db.all<PartRow>(DUE_PARTS, row.key, now, PARTS_PER_STEP)) {
    if (budget.deliveries <= 0 || budget.rows <= 0) break;
    progress = addProgress(progress, stepPart(db, row, part, now, budget));
  }
  const moved = move(db, row, now, at, progress);
  return { replay: replayOf(db, moved), made: progress.made, nextAt: nextStep(db) };
}

function stepPart(db: Connection, replay: ReplayRow, part: PartRow, now: SteadyMs, budget: Budget): ReplayProgress {
  const { step, cursor } = stepEndpoint(db, replay, part, now, budget);
  const after = afterPart(part, step, now);
  if (after.part === null) db.run(REMOVE_PART, replay.key, part.endpoint);
  else {
    const { dueAt, outstanding, remaining } = after.part;
    db.run(MOVE_PART, dueAt, cursor, outstanding, remaining, replay.key, part.endpoint);
  }
  return after.progress;
}

/** Makes deliveries of one endpoint due. @returns what was done, and the last delivery that was looked at */
function stepEndpoint(
  db: Connection,
  replay: ReplayRow,
  part: PartRow,
  now: SteadyMs,
  budget: Budget,
): { step: PartStep | 'obstacle'; cursor: Uint8Array } {
  if (obstacle(db, part.endpoint) !== undefined) return { step: 'obstacle', cursor: part.cursor };
  const outstanding = db.get<{ count: number }>(OUTSTANDING, replay.key, part.endpoint)?.count ?? 0;
  const room = replayRoom(part.outstanding, outstanding);
  const { made, cursor } = makeDue(db, replay, part, now, Math.min(room, budget.deliveries), budget);
  budget.deliveries -= made;
  return { step: { outstanding, made, searched: cursor === null }, cursor: cursor ?? part.cursor };
}

/** @returns the last delivery that was looked at; `null` when none is left */
function makeDue(
  db: Connection,
  replay: ReplayRow,
  { endpoint, cursor }: PartRow,
  now: SteadyMs,
  limit: number,
  budget: Budget,
): { made: number; cursor: Uint8Array | null } {
  const wanted: Search = {
    tenant: replay.tenant,
    endpoint,
    eventTypes: eventTypesOf(replay),
    states: statesOf(replay),
    until: wall(replay.until),
    endedBy: wall(replay.created_at),
  };
  let made = 0;
  let after = cursor;
  while (made < limit && budget.rows > 0) {
    const { deliveries, looked, last } = search(db, wanted, after, SEARCHED_AT_ONCE);
    budget.rows -= looked;
    for (const delivery of deliveries) {
      if (made >= limit) return { made, cursor: after };
      if (queueAgain(db, delivery, now, replay.key)) made += 1;
      after = delivery.id;
    }
    if (last === null) return { made, cursor: null };
    after = last;
  }
  return { made, cursor: after };
}

function move(db: Connection, row: ReplayRow, now: SteadyMs, at: WallMs, progress: ReplayProgress): ReplayRow {
  const look = db.get<{ due: number | null }>(NEXT_LOOK, row.key)?.due ?? null;
  const after = afterStep(row, row.rate, progress, look === null ? null : steady(look), now, at);
  const { total, replayed, skipped, dueAt, endedAt } = after;
  const state = REPLAY_STATE[after.state];
  db.run(MOVE, total, replayed, skipped, state, dueAt, endedAt, row.key);
  return { ...row, total, replayed, skipped, state, ended_at: endedAt };
}

function nextStep(db: Connection): SteadyMs | null {
  const due = db.get<{ due: number | null }>(NEXT_STEP)?.due ?? null;
  return due === null ? null : steady(due);
}
