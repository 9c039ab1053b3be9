// The record of an attempt, however it ended: by an answer, by our own doing, or with the process that made it.
import type { MadeFrom } from '../../domain/call.ts';
import type { LeasedDelivery, Next, Trigger } from '../../domain/delivery.ts';
import type { AttemptId } from '../../domain/ids.ts';
import type { CallResult } from '../../domain/outcome.ts';
import type { WallMs } from '../../domain/time.ts';
import type { AttemptRecord } from '../../seams/store/queue.ts';

/** An attempt of a delivery that has ended. */
export interface EndedAttempt {
  readonly attemptId: AttemptId;
  readonly madeFrom: MadeFrom | null;
  readonly startedAt: WallMs;
  readonly endedAt: WallMs;
  readonly result: CallResult;
  /** The consequence for the delivery. */
  readonly next: Next;
}

export function attemptRecord(delivery: LeasedDelivery, ended: EndedAttempt): AttemptRecord {
  return { deliveryId: delivery.id, number: delivery.attempts + 1, trigger: triggerOf(delivery), ...ended };
}

/** Why the next attempt of a delivery is made. */
export function triggerOf({ resume }: Pick<LeasedDelivery, 'resume'>): Trigger {
  return resume === null ? 'schedule' : 'manual';
}
