// A tenant's own retention: from when on what its events told is erased, and when an event that could not be erased is
// looked at again. Facts in, facts out.
import { type WallMs, wall } from './time.ts';

export const DAY_MS = 86_400_000;
/** No round looks at an event again that the one before has looked at. */
const MIN_AGAIN_MS = 3_600_000;
const MAX_AGAIN_MS = DAY_MS;
/** Part of the time for which it has been overdue. */
const AGAIN_AFTER = 1 / 4;

/**
 * The moment before which a tenant's events are erased; `null` if it keeps them for as long as the installation does. The
 * installation's days may have been lowered since the tenant got its own: the smaller number counts.
 */
export function eraseBefore(now: number, ownDays: number | null, installationDays: number): WallMs | null {
  return ownDays === null || ownDays >= installationDays ? null : wall(now - ownDays * DAY_MS);
}

/**
 * When an event is looked at again that could not be erased, because a delivery of it is pending. An endpoint that is
 * disabled for months has as many of them as it likes, so the gaps grow with the time for which the event is overdue: it is
 * gone that much later at most, and never more than a day after its last delivery has ended. One that is not overdue, since
 * its tenant keeps events for longer now, is looked at in the same way.
 * @param before events made before it are overdue
 */
export function lookAgainAt(createdAt: WallMs, before: WallMs, now: WallMs): WallMs {
  const gap = Math.abs(before - createdAt) * AGAIN_AFTER;
  return wall(now + Math.round(Math.min(Math.max(gap, MIN_AGAIN_MS), MAX_AGAIN_MS)));
}
