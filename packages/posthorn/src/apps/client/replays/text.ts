// Replays in words: what one is about, how far it is, and how long it takes.
import { inert } from '../../terminal/inert.ts';
import { countText } from '../../words/figures.ts';
import { durationText } from '../../words/times.ts';
import type { Replay } from '../answers.ts';
import { longMoment } from '../times.ts';

/** The deliveries that a replay is about. */
export type ReplayFilter = Pick<Replay, 'endpointId' | 'eventTypes' | 'states' | 'since'> & {
  /** `null` for now. */
  readonly until: string | null;
};

/** `1,240 exhausted deliveries of order.* to 01a2… created since 2026-11-23 18:59:04.120 UTC` */
export function filterText(total: number, filter: ReplayFilter): string {
  const { states, endpointId, eventTypes, since, until } = filter;
  return [
    countText(total),
    states.join(' or '),
    total === 1 ? 'delivery' : 'deliveries',
    ...(eventTypes === null ? [] : [`of ${inert(eventTypes.join(', '))}`]),
    ...(endpointId === null ? [] : [`to ${inert(endpointId)}`]),
    ...(since === null ? [] : [`created since ${longMoment(inert(since))}`]),
    ...(until === null ? [] : [`${since === null ? 'created ' : ''}until ${longMoment(inert(until))}`]),
  ].join(' ');
}

/** `about 25 s at 50 a second` */
export const durationAtRate = (total: number, ratePerSecond: number): string =>
  `about ${durationText((total / ratePerSecond) * 1_000)} at ${ratePerSecond} a second`;

/** The summary after it has ended. */
export function endText({ state, replayed, skipped, total }: Replay): string {
  const done = `${countText(replayed)} of ${countText(total)} deliveries given one more attempt`;
  const passed =
    skipped === 0
      ? ''
      : `, ${countText(skipped)} skipped (endpoint disabled or deleted, already pending, changed since, or pruned)`;
  return `${state === 'cancelled' ? 'Cancelled: ' : ''}${done}${passed}.`;
}
