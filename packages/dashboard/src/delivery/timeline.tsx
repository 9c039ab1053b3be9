// The attempts of a delivery on a time axis, with the waits between them; choosing one shows it below.

import { outcomeTitle } from '../../../posthorn/src/apps/words/outcomes.ts';
import { agoText, durationText } from '../../../posthorn/src/apps/words/times.ts';
import type { DeliveryDetail } from '../api/answers.ts';
import { outcomeTone } from '../parts/badge.tsx';
import { useNow } from '../parts/moment.tsx';
import { clockText } from '../parts/time.ts';
import { type Stretch, stretchesOf } from './axis.ts';

interface TimelineProps {
  readonly delivery: DeliveryDetail;
  /** Id of the attempt that is shown. */
  readonly shown: string | undefined;
  readonly show: (attemptId: string) => void;
}

export function Timeline({ delivery, shown, show }: TimelineProps) {
  return (
    <ol className="timeline" aria-label="Attempts and waits, in order">
      <li className="stop accepted">
        <span className="stop-name">Accepted</span>
        <small>{clockText(delivery.createdAt)}</small>
      </li>
      {stretchesOf(delivery).map((part, index) => (
        <Part key={part.kind === 'attempt' ? part.attempt.id : index} part={part} shown={shown} show={show} />
      ))}
    </ol>
  );
}

function Part({ part, shown, show }: Omit<TimelineProps, 'delivery'> & { readonly part: Stretch }) {
  if (part.kind === 'wait') {
    return (
      <li className="wait" style={{ flexGrow: part.weight }}>
        {part.ms >= 1 && (
          <small>
            <span className="visually-hidden">waited </span>
            {durationText(part.ms)}
          </small>
        )}
      </li>
    );
  }
  if (part.kind === 'next') return <Next at={part.at} />;
  const { attempt } = part;
  return (
    <li className="stop" style={{ flexGrow: part.weight }}>
      <button
        type="button"
        className={`attempt-bar ${outcomeTone(attempt.outcome)}`}
        aria-pressed={attempt.id === shown}
        onClick={() => show(attempt.id)}
      >
        <span className="stop-name">
          #{attempt.number} {outcomeTitle(attempt)}
        </span>
        <small>
          {durationText(attempt.durationMs)}
          {attempt.trigger === 'manual' && ' · by hand'}
        </small>
      </button>
    </li>
  );
}

function Next({ at }: { readonly at: string | null }) {
  const now = useNow();
  const due = at !== null && Date.parse(at) > now;
  return (
    <li className="stop next">
      <span className="stop-name">Next attempt</span>
      <small>{due ? agoText(at, now) : 'waits for its turn'}</small>
    </li>
  );
}
