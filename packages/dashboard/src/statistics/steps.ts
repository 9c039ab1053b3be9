// The steps of a span for people and for addresses.
import type { Statistics, Step } from '../api/answers.ts';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
/** Days are those of UTC. */
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** When each step begins, as short as it can be told apart. */
export function stepTimes({ span, steps }: Pick<Statistics, 'span' | 'steps'>): readonly string[] {
  const format = span === 'month' ? DATE : CLOCK;
  return steps.map(({ at }) => format.format(new Date(at)));
}

/** The filters that show what was accepted within a step. */
export function boundsOf(
  { stepMs }: Pick<Statistics, 'stepMs'>,
  { at }: Step,
): { readonly since: string; readonly until: string } {
  return { since: at, until: new Date(Date.parse(at) + stepMs).toISOString() };
}

/** Of the deliveries that were settled within a step, how many arrived; `null` when none was settled. */
export function successRateOf({ succeeded, exhausted }: Pick<Step, 'succeeded' | 'exhausted'>): number | null {
  const settled = succeeded + exhausted;
  return settled === 0 ? null : succeeded / settled;
}
