// How a store prunes: in steps that each look at a bounded number of rows and remember where they ended. Without that every
// step would look again at all that is old and has to stay, and the more there is of it, the less would ever go.
import type { WallMs } from '../domain/time.ts';
import type { History } from '../seams/store/history.ts';

/** The result of a step, and where the next one goes on: `null` when the end was reached. */
export interface PruneStep<Cursor> {
  readonly removed: number;
  readonly next: Cursor | null;
}

/**
 * See `History.prune`.
 * @param step begins at the front when `from` is `null`
 */
export function pruneInSteps<Cursor>(
  step: (before: WallMs, limit: number, from: Cursor | null) => Promise<PruneStep<Cursor>>,
): History['prune'] {
  let cursor: Cursor | null = null;
  return async (before, limit) => {
    let fromTheFront = cursor === null;
    for (;;) {
      const { removed, next }: PruneStep<Cursor> = await step(before, limit, cursor);
      cursor = next;
      if (removed > 0) return removed;
      if (next !== null) continue;
      if (fromTheFront) return 0;
      fromTheFront = true;
    }
  };
}
