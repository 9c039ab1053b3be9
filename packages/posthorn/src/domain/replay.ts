// The pace of a replay: deliveries of the past get one more attempt each, a few at a time. How many now, and when the next
// few? Facts in, facts out. Two things hold a replay back: the rate that was asked for, and what each endpoint gets done.
import { type SteadyMs, steady } from './time.ts';

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
 * more, since fresh ones wait behind them. What ended since the last look tells how many those are.
 * @param before made due and not done, at the end of the last look
 * @param outstanding the same now
 * @returns 0 or less when there is no room
 */
export function replayRoom(before: number, outstanding: number): number {
  const finished = before - outstanding;
  return Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, 2 * finished)) - outstanding;
}

/** When an endpoint that has no room left is looked at again. @param moves whether anything of it ended or was made due */
export function nextReplayLook(now: SteadyMs, moves: boolean): SteadyMs {
  return steady(now + (moves ? STEP_MS : STALLED_MS));
}

/**
 * When the next step comes: not so early that more than the rate are made due within a second.
 * @param made deliveries that this step made due, at most a step's size
 * @param nextLookAt when the next of the replay's endpoints wants to be looked at; may be in the past
 */
export function nextReplayStep(now: SteadyMs, rate: number, made: number, nextLookAt: SteadyMs): SteadyMs {
  // So many such steps fit into a second.
  const waitMs = made === 0 ? 0 : Math.ceil(1_000 / Math.floor(rate / made));
  return steady(Math.max(now + SEARCH_PAUSE_MS, now + waitMs, nextLookAt));
}
