// The same numbers as a table: for screen readers, for copying, and for whoever prefers digits.
import { useState } from 'react';
import { countText, percentText } from '../../../posthorn/src/apps/words/figures.ts';
import { durationText } from '../../../posthorn/src/apps/words/times.ts';
import type { Statistics } from '../api/answers.ts';
import { successRateOf } from './steps.ts';

const COLUMNS = [
  'Accepted',
  'Attempts',
  'Failed',
  'Arrived',
  'Exhausted',
  'Success',
  'Half within',
  '99 % within',
  'Pending',
];

export function StepTable({
  statistics,
  times,
}: {
  readonly statistics: Statistics;
  readonly times: readonly string[];
}) {
  const [open, setOpen] = useState(false);
  const count = (value: number | null) => (value === null ? '–' : countText(value));
  const duration = (ms: number | null) => (ms === null ? '–' : durationText(ms));
  return (
    <details className="step-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>These numbers as a table</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className="scroll-x" tabIndex={0} aria-label="Numbers of each step">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">From</th>
                {COLUMNS.map((name) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {statistics.steps.map((step, index) => (
                <tr key={step.at}>
                  <th scope="row">{times[index]}</th>
                  {[
                    count(step.accepted),
                    count(step.attempts),
                    count(step.failedAttempts),
                    count(step.succeeded),
                    count(step.exhausted),
                    percentText(successRateOf(step)),
                    duration(step.p50Ms),
                    duration(step.p99Ms),
                    count(step.pending),
                  ].map((text, column) => (
                    <td key={COLUMNS[column]} className="number">
                      {text}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
