// The delivery's state machine: given what came of an attempt, what happens next? Facts in, facts out.
import type { DeliveryId, EndpointId, EventId, TenantId } from './ids.ts';
import { isOwnFailure, type Outcome } from './outcome.ts';
import { type SteadyMs, steady, type WallMs } from './time.ts';

export const DELIVERY_STATES = ['pending', 'succeeded', 'exhausted', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type EndState = Exclude<DeliveryState, 'pending'>;

/** Why an attempt is made: by the schedule (the first one included), or because somebody asked for one more. */
export type Trigger = 'schedule' | 'manual';

/** The event as it travels: one object shared by all its deliveries in memory. */
export interface EventContent {
  readonly id: EventId;
  readonly tenantId: TenantId;
  readonly type: string;
  readonly createdAt: WallMs;
  /** The exact bytes of every call's body. */
  readonly body: Uint8Array;
}

/** The state that a delivery goes back to if the one attempt that somebody asked for fails: as if it had not been made. */
export type Resume =
  | { readonly state: 'pending'; readonly dueAt: SteadyMs }
  | { readonly state: EndState; readonly endedAt: WallMs };

/** Where a delivery stands: all that the next decision needs. */
export interface Progress {
  /** Attempts recorded so far, of any trigger and outcome. The next one has this number plus one. */
  readonly attempts: number;
  /** Failed attempts that used up the schedule. */
  readonly failures: number;
  /** Interruptions in a row: our process died during the attempt. */
  readonly interruptions: number;
  /** Set when the next attempt was asked for by hand. */
  readonly resume: Resume | null;
}

/** A delivery in a process's hands. */
export interface LeasedDelivery extends Progress {
  readonly id: DeliveryId;
  readonly endpointId: EndpointId;
  readonly event: EventContent;
  /**
   * Its last owner died while holding it, so it may be what killed that process: the start of the next attempt must be
   * stored before the call is made, to know for certain the next time.
   */
  readonly suspect: boolean;
}

/** The consequence of an attempt. */
export type Next =
  | {
      readonly state: 'pending';
      readonly dueAt: SteadyMs;
      readonly failures: number;
      readonly interruptions: number;
      /** Still set when an attempt asked for by hand was cut off: it is owed. */
      readonly resume: Resume | null;
    }
  | { readonly state: EndState; readonly failures: number; readonly interruptions: number };

/** A delivery whose attempts were cut off this many times in a row by the death of our process is parked as exhausted. */
export const MAX_INTERRUPTIONS = 5;
/** From this many on it is on probation: two deaths alone must tell it from those that were only under way beside it. */
const PROBATION_INTERRUPTIONS = MAX_INTERRUPTIONS - 2;
/** How long to wait after an error of our own (out of sockets, resolver down) before another try, in milliseconds. */
export const LOCAL_ERROR_DELAY_MS = 5_000;
/** It doubles up to this: such tries have no end of their own, and each leaves a row of history. */
export const MAX_LOCAL_ERROR_DELAY_MS = 60_000;

/**
 * Decides what follows an attempt (contract, "Retries").
 * A success ends the delivery. A failure uses up one delay of the schedule, counted from the attempt's end; with none
 * left the delivery is exhausted. Our own failures use up nothing: an attempt that we cut off ourselves (`interrupted`) is
 * due again at once, after a local error in a moment, which grows longer. A manual attempt that fails changes nothing.
 * @param endedAt when the attempt ended, on the steady clock
 * @param scheduleMs the endpoint's delays before each retry, in milliseconds
 */
export function afterAttempt(
  progress: Progress,
  outcome: Outcome,
  endedAt: SteadyMs,
  scheduleMs: readonly number[],
): Next {
  const { attempts, failures, interruptions, resume } = progress;
  if (outcome === 'succeeded') return { state: 'succeeded', failures, interruptions: 0 };
  if (outcome === 'interrupted') return { state: 'pending', dueAt: endedAt, failures, interruptions, resume };
  if (resume !== null) {
    return resume.state === 'pending'
      ? { state: 'pending', dueAt: resume.dueAt, failures, interruptions: 0, resume: null }
      : { state: resume.state, failures, interruptions: 0 };
  }
  if (isOwnFailure(outcome)) {
    return {
      state: 'pending',
      dueAt: steady(endedAt + Math.min(LOCAL_ERROR_DELAY_MS * 2 ** (attempts - failures), MAX_LOCAL_ERROR_DELAY_MS)),
      failures,
      interruptions: 0,
      resume: null,
    };
  }
  const delayMs = scheduleMs[failures];
  if (delayMs === undefined) return { state: 'exhausted', failures: failures + 1, interruptions: 0 };
  return { state: 'pending', dueAt: steady(endedAt + delayMs), failures: failures + 1, interruptions: 0, resume: null };
}

/**
 * Decides what follows an attempt during which our process died. It is due again at once and uses up nothing of the
 * schedule; but if that happens too often in a row, this delivery may be what kills us, and it is parked as exhausted.
 * @param at the moment on the steady clock at which the death was noticed
 */
export function afterCrash(progress: Progress, at: SteadyMs): Next {
  const { failures, resume } = progress;
  const interruptions = progress.interruptions + 1;
  if (interruptions >= MAX_INTERRUPTIONS) return { state: 'exhausted', failures, interruptions };
  return { state: 'pending', dueAt: at, failures, interruptions, resume };
}

/**
 * Whether a delivery was under way at so many deaths of our process in a row that it may be what kills it. Such deliveries
 * are attempted one at a time, so that the one that does is parked, and not those that happened to be under way beside it.
 */
export function onProbation({ interruptions }: Progress): boolean {
  return interruptions >= PROBATION_INTERRUPTIONS;
}
