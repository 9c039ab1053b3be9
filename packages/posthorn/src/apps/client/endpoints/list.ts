// Endpoints as a table, newest first.
import { inert } from '../../terminal/inert.ts';
import { type Sheet, table } from '../../terminal/table.ts';
import type { Endpoint } from '../shapes.ts';

const LEAST_URL_PLACES = 16;
const LEAST_TYPES_PLACES = 8;

export const typesText = (eventTypes: Endpoint['eventTypes']): string =>
  eventTypes === null ? 'everything' : inert(eventTypes.join(', '));

export const enabledMark = (enabled: boolean): string => (enabled ? '✓ enabled' : '– disabled');

export function endpointTable(endpoints: readonly Endpoint[], sheet: Sheet): string[] {
  return table<Endpoint>(
    [
      { title: 'ID', cell: ({ id }) => inert(id) },
      {
        title: 'STATE',
        cell: ({ enabled }) => enabledMark(enabled),
        style: ({ enabled }) => (enabled ? 'green' : 'gray'),
      },
      { title: 'URL', cell: ({ url }) => inert(url), least: LEAST_URL_PLACES },
      { title: 'WANTS', cell: ({ eventTypes }) => typesText(eventTypes), least: LEAST_TYPES_PLACES },
    ],
    endpoints,
    sheet,
  );
}
