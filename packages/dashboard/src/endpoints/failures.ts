// Why deliveries to an endpoint fail, grouped by what came of their last attempts.

import { outcomeTitle } from '../../../posthorn/src/apps/words/outcomes.ts';
import type { Attempt, DeliveryDetail } from '../api/answers.ts';

export interface FailureGroup {
  readonly title: string;
  /** The latest of the group, which stands for the others. */
  readonly sample: Attempt;
  /** Newest first. */
  readonly deliveries: readonly DeliveryDetail[];
}

/** @param deliveries newest first @returns the most frequent failure first */
export function groupFailures(deliveries: readonly DeliveryDetail[]): readonly FailureGroup[] {
  const failed = deliveries.flatMap((delivery) => {
    const last = delivery.attempts.at(-1);
    return last === undefined || last.outcome === 'succeeded' ? [] : [{ delivery, last }];
  });
  const groups = Map.groupBy(failed, ({ last }) => outcomeTitle(last));
  return [...groups]
    .flatMap(([title, [first, ...rest]]) =>
      first === undefined
        ? []
        : [{ title, sample: first.last, deliveries: [first, ...rest].map(({ delivery }) => delivery) }],
    )
    .sort((a, b) => b.deliveries.length - a.deliveries.length);
}
