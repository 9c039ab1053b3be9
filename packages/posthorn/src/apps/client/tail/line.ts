// One line for one attempt: who, what, how it went, and what comes next. Columns are as wide as what has come so far.
import { GAP, pad, padLeft, width } from '../../terminal/columns.ts';
import { inert } from '../../terminal/inert.ts';
import type { Paint } from '../../terminal/paint.ts';
import { durationText } from '../../words/times.ts';
import { outcomeMark, outcomeStyle } from '../call.ts';
import type { TailedAttempt } from './attempt.ts';

/** A column grows with what it shows, but no further: one long name would push everything to the right for ever. */
const MOST_PLACES = 32;
const NUMBER_PLACES = 3;
const OUTCOME_PLACES = 22;
const DURATION_PLACES = 6;

export class TailLines {
  readonly #paint: Paint;
  readonly #widest: number[] = [];

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /**
   * @param endpoint what the endpoint is called
   * @param now milliseconds since 1970, for how long until the next attempt
   */
  line(attempt: TailedAttempt, endpoint: string, now: number): string {
    const paint = this.#paint;
    const { tenant, eventType, number, startedAt, outcome, status, durationMs } = attempt;
    return [
      paint('gray', inert(startedAt.slice(11, 24))),
      this.#column(0, inert(tenant)),
      this.#column(1, paint('bold', inert(endpoint))),
      this.#column(2, inert(eventType)),
      padLeft(`#${number}`, NUMBER_PLACES),
      paint(outcomeStyle(outcome), pad(outcomeMark({ outcome, status }), OUTCOME_PLACES)),
      padLeft(durationText(durationMs), DURATION_PLACES),
      paint('gray', whatFollows(attempt, now)),
    ]
      .join(GAP)
      .trimEnd();
  }

  #column(index: number, text: string): string {
    const places = Math.min(MOST_PLACES, Math.max(this.#widest[index] ?? 0, width(text)));
    this.#widest[index] = places;
    return pad(text, places);
  }
}

function whatFollows({ outcome, status, state, trigger, late, nextAttemptAt }: TailedAttempt, now: number): string {
  const words: string[] = [];
  // The part that the mark does not say already.
  if (outcome === 'succeeded' && status !== null) words.push(String(status));
  if (trigger === 'manual') words.push('manual');
  if (late) words.push('too late: it changed nothing');
  else if (state === 'pending' && nextAttemptAt !== null) words.push(nextIn(Date.parse(nextAttemptAt) - now));
  else if (state !== 'succeeded' || outcome !== 'succeeded') words.push(state);
  return words.join(', ');
}

const nextIn = (ms: number): string => (ms > 0 ? `next in ${durationText(ms)}` : 'next now');
