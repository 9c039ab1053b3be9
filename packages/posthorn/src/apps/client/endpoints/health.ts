// How an endpoint does, out of its statistics.
import { inert } from '../../terminal/inert.ts';
import { causesOf } from '../../words/causes.ts';
import { countText, percentText } from '../../words/figures.ts';
import { outcomeTitle } from '../../words/outcomes.ts';
import { agoText, durationText } from '../../words/times.ts';
import type { Statistics } from '../answers.ts';

const SPANS: Readonly<Record<Statistics['span'], string>> = {
  hour: 'last hour',
  day: 'last 24 h',
  month: 'last 30 d',
};

/** `1,240`; `10,000 or more` when nobody counted on. */
export const pendingText = ({ count, capped }: Statistics['pending']): string =>
  `${countText(count)}${capped ? ' or more' : ''}`;

/** Pairs of what and how much. @param now milliseconds since 1970 */
export function healthFacts(statistics: Statistics, now: number): string[][] {
  const { span, attempts, failedAttempts, succeeded, exhausted, successRate, durationMs, pending } = statistics;
  const ended = succeeded + exhausted;
  const facts = [[SPANS[span], `${countText(attempts)} attempts, ${countText(failedAttempts)} failed`]];
  if (successRate !== null) {
    facts.push(['delivered', `${percentText(successRate)}: ${countText(succeeded)} of ${countText(ended)} deliveries`]);
  }
  const { p50, p90, p99 } = durationMs;
  if (p50 !== null && p90 !== null && p99 !== null) {
    facts.push([
      'calls',
      `half within ${durationText(p50)}, 90 % within ${durationText(p90)}, 99 % within ${durationText(p99)}`,
    ]);
  }
  const failures = failuresText(statistics);
  if (failures !== '') facts.push(['failures', failures]);
  const oldest = pending.oldestAt === null ? '' : `, the oldest accepted ${agoText(inert(pending.oldestAt), now)}`;
  facts.push(['pending', `${pendingText(pending)}${oldest}`]);
  return facts;
}

const failuresText = (statistics: Statistics): string =>
  causesOf(statistics)
    .map((cause) => `${countText(cause.count)} × ${outcomeTitle(cause)}`)
    .join(', ');
