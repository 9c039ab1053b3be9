// The steps of a replay: deliveries of the past get one more attempt each, a few at a time. How many now, when the next few,
// and what is counted? Facts in, facts out. Two things hold a replay back: the rate that was asked for, and what each endpoint
// gets done.
import { type SteadyMs, steady, type WallMs } from './time.ts';

export const REPLAY_STATES = ['running', 'completed', 'cancelled'] as const;
export type ReplayState = (typeof REPLAY_STATES)[number];

/** Deliveries per second that a replay may make due. */
export const MIN_REPLAY_RATE = 1;
export const MAX_REPLAY_RATE = 1_000;
/** Three hours for half a million; less than a tenth of what one process delivers. */
export const DEFAULT_REPLAY_RATE = 50;

/** Between two looks at an endpoint that gets things done, in milliseconds: an even flow, and a commit for several. */
const STEP_MS = 100;
/** Between two looks at an endpoint of which nothing has ended since the last one, in milliseconds. */
const STALLED_MS = 250;
/** Between two steps that only search, in milliseconds: others want the store, too. */
const SEARCH_PAUSE_MS = 10;
/** A lane's calls at once: fewer could leave some of them idle. */
const MIN_WINDOW = 16;
/** Half of what a lane holds, so that fresh deliveries always find room beside a replay. */
const MAX_WINDOW = 256;

/** How many deliveries a step makes due at most. @param rate per second */
export function replayStepSize(rate: number): number {
  return Math.max(1, Math.floor((rate * STEP_MS) / 1_000));
}

/**
 * How many more deliveries of one endpoint a replay may make due: as many as keep it busy until the next look, and no
 * more, since fresh ones wait behind them. The number of deliveries that ended since the last look tells how many those are.
 * @param before made due and not done, at the end of the last look
 * @param outstanding the same now
 * @returns 0 or less when there is no room
 */
export function replayRoom(before: number, outstanding: number): number {
  const finished = before - outstanding;
  return Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, 2 * finished)) - outstanding;
}

/** The deliveries of one endpoint in a replay. */
export interface ReplayPart {
  /** Made due and not done, at the end of the last look. */
  readonly outstanding: number;
  /** Of those that were counted, not yet met. */
  readonly remaining: number;
}

/** The work of a step on one part. */
export interface PartStep {
  /** Made due and not done, before this step. */
  readonly outstanding: number;
  /** Made due by this step. */
  readonly made: number;
  /** Whether all of the endpoint's deliveries have been looked at. */
  readonly searched: boolean;
}

/** How a step changes the counts of its replay. */
export interface ReplayProgress {
  readonly made: number;
  /** Counted ones that will not be made due. */
  readonly skipped: number;
  /** Made due beyond those that were counted. */
  readonly uncounted: number;
}

export const NO_PROGRESS: ReplayProgress = { made: 0, skipped: 0, uncounted: 0 };

/** The consequences of a step for one part. */
export interface AfterPart {
  readonly progress: ReplayProgress;
  /** The part as it is now, and when it is looked at again; `null` when it is done. */
  readonly part: (ReplayPart & { readonly dueAt: SteadyMs }) | null;
}

/**
 * The consequences of a step for one endpoint's part. A part whose deliveries have all been looked at is done: what was counted
 * and not met is skipped. Its endpoint is looked at again at once when it had room for more, else when it has had time.
 * @param step `obstacle`: the endpoint is disabled or gone, and nothing of it is made due
 */
export function afterPart(part: ReplayPart, step: PartStep | 'obstacle', now: SteadyMs): AfterPart {
  if (step === 'obstacle') return { progress: { ...NO_PROGRESS, skipped: part.remaining }, part: null };
  const { outstanding, made, searched } = step;
  const remaining = Math.max(0, part.remaining - made);
  const uncounted = Math.max(0, made - part.remaining);
  if (searched) return { progress: { made, skipped: remaining, uncounted }, part: null };
  const hadRoom = made < replayRoom(part.outstanding, outstanding);
  const moves = made > 0 || outstanding < part.outstanding;
  const waitMs = hadRoom ? 0 : moves ? STEP_MS : STALLED_MS;
  return {
    progress: { made, skipped: 0, uncounted },
    part: { outstanding: outstanding + made, remaining, dueAt: steady(now + waitMs) },
  };
}

export function addProgress(a: ReplayProgress, b: ReplayProgress): ReplayProgress {
  return { made: a.made + b.made, skipped: a.skipped + b.skipped, uncounted: a.uncounted + b.uncounted };
}

/** The counts of a replay (see `Replay`). */
export interface ReplayCounts {
  readonly total: number;
  readonly replayed: number;
  readonly skipped: number;
}

/** A replay after a step. */
export interface AfterStep extends ReplayCounts {
  readonly state: 'running' | 'completed';
  /** When its next step comes; `null` when it is completed. */
  readonly dueAt: SteadyMs | null;
  readonly endedAt: WallMs | null;
}

/**
 * The consequences of a step for the whole replay: it is completed when none of its parts is left.
 * @param progress of all parts together
 * @param nextLookAt when the next part wants to be looked at; may be in the past; `null` when none is left
 * @param at now, on the wall
 */
export function afterStep(
  replay: ReplayCounts,
  rate: number,
  progress: ReplayProgress,
  nextLookAt: SteadyMs | null,
  now: SteadyMs,
  at: WallMs,
): AfterStep {
  const completed = nextLookAt === null;
  return {
    total: replay.total + progress.uncounted,
    replayed: replay.replayed + progress.made,
    skipped: replay.skipped + progress.skipped,
    state: completed ? 'completed' : 'running',
    dueAt: completed ? null : nextReplayStep(now, rate, progress.made, nextLookAt),
    endedAt: completed ? at : null,
  };
}

/**
 * When the next step comes: not so early that more than the rate are made due within a second.
 * @param made deliveries that this step made due, at most a step's size
 * @param nextLookAt when the next of the replay's endpoints wants to be looked at; may be in the past
 */
export function nextReplayStep(now: SteadyMs, rate: number, made: number, nextLookAt: SteadyMs): SteadyMs {
  // The number of such steps in a second.
  const waitMs = made === 0 ? 0 : Math.ceil(1_000 / Math.floor(rate / made));
  return steady(Math.max(now + SEARCH_PAUSE_MS, now + waitMs, nextLookAt));
}
