// The story of a delivery, as stretches of time one after the other: attempts and the waits between them.
import type { Attempt, DeliveryDetail } from '../api/answers.ts';

export type Stretch =
  | { readonly kind: 'attempt'; readonly attempt: Attempt; readonly weight: number }
  | { readonly kind: 'wait'; readonly ms: number; readonly weight: number }
  /** The next attempt, or that it waits for its turn. */
  | { readonly kind: 'next'; readonly at: string | null };

/** Calls take milliseconds and waits hours: in proportion the calls would vanish, so length grows with the logarithm. */
const weightOf = (ms: number): number => 1 + Math.log10(1 + Math.max(0, ms) / 10);

/** From acceptance to the end, or to what comes next. */
export function stretchesOf(delivery: DeliveryDetail): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let until = Date.parse(delivery.createdAt);
  for (const attempt of delivery.attempts) {
    const began = Date.parse(attempt.startedAt);
    const waited = Math.max(0, began - until);
    stretches.push({ kind: 'wait', ms: waited, weight: weightOf(waited) });
    stretches.push({ kind: 'attempt', attempt, weight: weightOf(attempt.durationMs) });
    until = Math.max(until, began + attempt.durationMs);
  }
  if (delivery.state !== 'pending') return stretches;
  const { nextAttemptAt } = delivery;
  if (nextAttemptAt !== null) {
    const ms = Math.max(0, Date.parse(nextAttemptAt) - until);
    stretches.push({ kind: 'wait', ms, weight: weightOf(ms) });
  }
  stretches.push({ kind: 'next', at: nextAttemptAt });
  return stretches;
}
