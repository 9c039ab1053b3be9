// Moments of a delivery that are stored as milliseconds after its id was made, in one or two bytes instead of six. Of
// deliveries from before they count from 1970.
import { type DeliveryId, idTime } from '../../domain/ids.ts';
import { type WallMs, wall } from '../../domain/time.ts';

const SINCE_1970 = 1_000_000_000_000;

/** @param stored what is in a column `last_at` or `ended_at` of this delivery */
export function momentOf(id: DeliveryId, stored: number): WallMs {
  return wall(stored < SINCE_1970 ? idTime(id) + stored : stored);
}

/** The same in SQL. @param made names the parameter that is the time of the delivery's id */
export const endedAt = (made: string): string => `iif(ended_at < ${SINCE_1970}, ended_at + ${made}, ended_at)`;
