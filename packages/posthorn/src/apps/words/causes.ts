// Why attempts failed: each outcome, and each status that was answered, is a cause of its own. The dashboard and the command
// line list the same.
import { OUTCOMES, type Outcome } from '../../domain/outcome.ts';

export interface Cause {
  readonly outcome: Exclude<Outcome, 'succeeded'>;
  /** Of an answer; `null` if there was none, or nobody counted its status. */
  readonly status: number | null;
  readonly count: number;
}

interface Counted {
  /** Attempts by outcome. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Those of them with the outcome `http_status`, as far as their status was counted. */
  readonly statuses: readonly { readonly status: number; readonly attempts: number }[];
}

/** Causes that there were, the most frequent first. */
export function causesOf({ outcomes, statuses }: Counted): readonly Cause[] {
  const answered = statuses.map(({ status, attempts }): Cause => ({ outcome: 'http_status', status, count: attempts }));
  const withStatus = answered.reduce((sum, { count }) => sum + count, 0);
  const others = OUTCOMES.filter((outcome) => outcome !== 'succeeded').map((outcome): Cause => {
    const count = outcome === 'http_status' ? outcomes.http_status - withStatus : outcomes[outcome];
    return { outcome, status: null, count };
  });
  return [...answered, ...others].filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}
