// One more attempt by hand of a delivery that is pending: what it may do, and what it goes back to. Facts in, facts out.
import type { Resume } from './delivery.ts';
import { type SteadyMs, steady } from './time.ts';

/** Where a pending delivery is (see `Queue`). */
export type Place = 'leased' | 'due' | 'backlog' | 'paused';

/** A pending delivery as it is when somebody asks for one more attempt. */
export interface Pending {
  readonly place: Place;
  /** Set while it is `due`. */
  readonly dueAt: SteadyMs | null;
  readonly resume: Resume | null;
}

/** How a delivery becomes due for the attempt that was asked for. */
export interface BroughtForward {
  readonly dueAt: SteadyMs;
  readonly resume: Resume;
}

/**
 * The effect of a retry on a pending delivery whose endpoint is enabled. One that is leased is already on its way, one in the
 * backlog already waits for its turn. A planned one is brought forward and remembers its plan; what it remembers already
 * stays. One that is still paused, because what was paused is just being made due, would have been attempted now.
 */
export function afterRetry({ place, dueAt, resume }: Pending, now: SteadyMs): BroughtForward | 'under_way' {
  if (place === 'leased' || place === 'backlog') return 'under_way';
  const plannedAt = place === 'due' && dueAt !== null ? dueAt : now;
  return { dueAt: steady(Math.min(plannedAt, now)), resume: resume ?? { state: 'pending', dueAt: plannedAt } };
}
