// Why attempts failed, the most frequent cause first: whose fault it is shows at a glance. Each cause leads to the deliveries
// whose last attempt ended so.
import { Link } from 'wouter';
import { type Cause, causesOf } from '../../../posthorn/src/apps/words/causes.ts';
import { countText } from '../../../posthorn/src/apps/words/figures.ts';
import { outcomeTitle } from '../../../posthorn/src/apps/words/outcomes.ts';
import type { Statistics } from '../api/answers.ts';
import { outcomeTone } from '../parts/badge.tsx';

/** The address of the list of deliveries that numbers are about. @param filters as the address has them */
export type DeliveriesPath = (filters: Readonly<Record<string, string>>) => string;

interface OutcomesProps {
  readonly statistics: Statistics;
  readonly pathOf: DeliveriesPath | undefined;
}

export function Outcomes({ statistics, pathOf }: OutcomesProps) {
  const causes = causesOf(statistics);
  const most = causes[0]?.count ?? 1;
  return (
    <section className="card" aria-labelledby="outcomes-title">
      <h2 id="outcomes-title">Why attempts failed</h2>
      {causes.length === 0 ? (
        <p className="muted">None failed in this time.</p>
      ) : (
        <ul className="outcomes">
          {causes.map((cause) => (
            <li key={`${cause.outcome} ${cause.status}`}>
              {pathOf === undefined ? (
                <span>{outcomeTitle(cause)}</span>
              ) : (
                <Link href={pathOf(filterOf(cause))} title="Deliveries whose last attempt had this outcome">
                  {outcomeTitle(cause)}
                </Link>
              )}
              <b>{countText(cause.count)}</b>
              <span
                className={`outcome-bar ${outcomeTone(cause.outcome)}`}
                style={{ width: `${(cause.count / most) * 100}%` }}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const filterOf = ({ outcome, status }: Cause): Readonly<Record<string, string>> =>
  status === null ? { outcome } : { status: String(status) };
