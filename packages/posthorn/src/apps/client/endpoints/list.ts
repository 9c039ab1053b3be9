// Endpoints as a table, newest first.
import { inert } from '../../terminal/inert.ts';
import type { Style } from '../../terminal/paint.ts';
import { type Sheet, table } from '../../terminal/table.ts';
import { percentText } from '../../words/figures.ts';
import type { Endpoint, Statistics } from '../answers.ts';
import { shortUrl } from '../short-names.ts';
import { pendingText } from './health.ts';

const LEAST_URL_PLACES = 12;
const LEAST_TYPES_PLACES = 8;

export const typesText = (eventTypes: Endpoint['eventTypes']): string =>
  eventTypes === null ? 'everything' : inert(eventTypes.join(', '));

/** Below it something is wrong with the receiver, not with a call now and then. */
const GOOD_RATE = 0.99;

const rateStyle = (rate: number | null): Style => (rate === null ? 'gray' : rate >= GOOD_RATE ? 'green' : 'red');

const pendingOf = (statistics: Statistics | undefined): string =>
  statistics === undefined ? '–' : pendingText(statistics.pending);

export const enabledMark = (enabled: boolean): string => (enabled ? '✓ enabled' : '– disabled');

/** @param statistics of each, by id, as far as there are any */
export function endpointTable(
  endpoints: readonly Endpoint[],
  statistics: ReadonlyMap<string, Statistics | undefined>,
  sheet: Sheet,
): string[] {
  return table<Endpoint>(
    [
      { title: 'ID', cell: ({ id }) => inert(id) },
      {
        title: 'STATE',
        cell: ({ enabled }) => enabledMark(enabled),
        style: ({ enabled }) => (enabled ? 'green' : 'gray'),
      },
      {
        title: 'OK',
        cell: ({ id }) => percentText(statistics.get(id)?.successRate ?? null),
        style: ({ id }) => rateStyle(statistics.get(id)?.successRate ?? null),
        right: true,
      },
      { title: 'PENDING', cell: ({ id }) => pendingOf(statistics.get(id)), right: true },
      { title: 'ENDPOINT', cell: ({ url }) => shortUrl(url), least: LEAST_URL_PLACES },
      { title: 'WANTS', cell: ({ eventTypes }) => typesText(eventTypes), least: LEAST_TYPES_PLACES },
    ],
    endpoints,
    sheet,
  );
}
