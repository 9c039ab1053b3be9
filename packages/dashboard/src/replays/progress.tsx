// How far a replay is.

import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import type { Replay } from '../api/answers.ts';
import { Badge } from '../parts/badge.tsx';

const STATES = {
  running: ['waiting', 'Running'],
  completed: ['good', 'Completed'],
  cancelled: ['quiet', 'Cancelled'],
} as const;

export function ReplayBadge({ state }: Pick<Replay, 'state'>) {
  const [tone, word] = STATES[state];
  return <Badge tone={tone}>{word}</Badge>;
}

/** A share of 1 of what a replay is about. */
export const doneOf = ({ total, replayed, skipped }: Pick<Replay, 'total' | 'replayed' | 'skipped'>): number =>
  total === 0 ? 1 : (replayed + skipped) / total;

export function Progress({ replay }: { readonly replay: Replay }) {
  const percent = Math.floor(doneOf(replay) * 100);
  return (
    <div
      className={`progress ${replay.state}`}
      role="progressbar"
      aria-label={`Replay of ${countText(replay.total)}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}
