// One step of a replay: the next few of its deliveries become due, and how far it has come is kept in the same transaction.
import { nextReplayLook, nextReplayStep, replayRoom, replayStepSize } from '../../domain/replay.ts';
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

/** What a step may still do. */
interface Budget {
  deliveries: number;
  rows: number;
}

/** What a step has changed in its replay's counts. */
interface Progress {
  made: number;
  skipped: number;
  /** Deliveries made due beyond those that were counted. */
  uncounted: number;
}

/** See `Replays.stepReplay`. */
export function stepReplay(db: Connection, now: SteadyMs, at: WallMs): ReplayStep {
  const row = db.get<ReplayRow>(DUE_REPLAY, now);
  if (row === undefined) return { replay: null, made: 0, nextAt: nextStep(db) };
  const budget = { deliveries: replayStepSize(row.rate), rows: SEARCHED_PER_STEP };
  const progress: Progress = { made: 0, skipped: 0, uncounted: 0 };
  for (const part of db.all<PartRow>(DUE_PARTS, row.key, now, PARTS_PER_STEP)) {
    if (budget.deliveries <= 0 || budget.rows <= 0) break;
    stepPart(db, row, part, now, budget, progress);
  }
  const moved = move(db, row, now, at, progress);
  return { replay: replayOf(db, moved), made: progress.made, nextAt: nextStep(db) };
}

function stepPart(
  db: Connection,
  replay: ReplayRow,
  part: PartRow,
  now: SteadyMs,
  budget: Budget,
  progress: Progress,
): void {
  const { key } = replay;
  const { endpoint, remaining } = part;
  if (obstacle(db, endpoint) !== undefined) {
    progress.skipped += remaining;
    db.run(REMOVE_PART, key, endpoint);
    return;
  }
  const outstanding = db.get<{ count: number }>(OUTSTANDING, key, endpoint)?.count ?? 0;
  const room = replayRoom(part.outstanding, outstanding);
  const { made, cursor } = makeDue(db, replay, part, now, Math.min(room, budget.deliveries), budget);
  budget.deliveries -= made;
  progress.made += made;
  progress.uncounted += Math.max(0, made - remaining);
  const left = Math.max(0, remaining - made);
  if (cursor === null) {
    progress.skipped += left;
    db.run(REMOVE_PART, key, endpoint);
    return;
  }
  const moves = made > 0 || outstanding < part.outstanding;
  const due = made >= room ? nextReplayLook(now, moves) : now;
  db.run(MOVE_PART, due, cursor, outstanding + made, left, key, endpoint);
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
      queueAgain(db, delivery, now, replay.key);
      made += 1;
      after = delivery.id;
    }
    if (last === null) return { made, cursor: null };
    after = last;
  }
  return { made, cursor: after };
}

function move(db: Connection, row: ReplayRow, now: SteadyMs, at: WallMs, progress: Progress): ReplayRow {
  const { made, skipped, uncounted } = progress;
  const look = db.get<{ due: number | null }>(NEXT_LOOK, row.key)?.due ?? null;
  const moved = {
    ...row,
    total: row.total + uncounted,
    replayed: row.replayed + made,
    skipped: row.skipped + skipped,
    ...(look === null && { state: REPLAY_STATE.completed, ended_at: at }),
  };
  const due = look === null ? null : nextReplayStep(now, row.rate, made, steady(look));
  db.run(MOVE, moved.total, moved.replayed, moved.skipped, moved.state, due, moved.ended_at, row.key);
  return moved;
}

function nextStep(db: Connection): SteadyMs | null {
  const due = db.get<{ due: number | null }>(NEXT_STEP)?.due ?? null;
  return due === null ? null : steady(due);
}
