// Outcomes of attempts, the most frequent failure first: whose fault it is shows at a glance.

import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { outcomeTitle } from '../../../posthorn/src/apps/words/outcomes.ts';
import { OUTCOMES } from '../../../posthorn/src/domain/outcome.ts';
import type { Outcome, Statistics } from '../api/shapes.ts';
import { outcomeTone } from '../parts/badge.tsx';

export function Outcomes({ statistics }: { readonly statistics: Statistics }) {
  const failures = failuresOf(statistics);
  const most = failures[0]?.count ?? 1;
  return (
    <section className="card" aria-labelledby="outcomes-title">
      <h2 id="outcomes-title">Why attempts failed</h2>
      {failures.length === 0 ? (
        <p className="muted">None failed in this time.</p>
      ) : (
        <ul className="outcomes">
          {failures.map(({ outcome, count }) => (
            <li key={outcome}>
              <span>{outcomeTitle({ outcome, status: null })}</span>
              <b>{countText(count)}</b>
              <span className={`outcome-bar ${outcomeTone(outcome)}`} style={{ width: `${(count / most) * 100}%` }} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Failures that happened, the most frequent first. */
function failuresOf({ outcomes }: Pick<Statistics, 'outcomes'>): readonly { outcome: Outcome; count: number }[] {
  return OUTCOMES.map((outcome) => ({ outcome, count: outcomes[outcome] }))
    .filter(({ outcome, count }) => outcome !== 'succeeded' && count > 0)
    .sort((a, b) => b.count - a.count);
}
