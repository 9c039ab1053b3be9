// Deliveries as a table, newest first.
import { inert } from '../../terminal/inert.ts';
import { type Column, type Sheet, table } from '../../terminal/table.ts';
import type { Delivery } from '../answers.ts';
import { outcomeMark, outcomeStyle } from '../call.ts';
import { shortMoment } from '../times.ts';
import type { DeliveryFilterFlags } from './filter.ts';
import { stateMark, stateStyle } from './state-mark.ts';

const LEAST_TYPE_PLACES = 8;
const LEAST_ENDPOINT_PLACES = 12;

/**
 * @param asked for: what is the same in every row has no column
 * @param names of endpoints by id
 * @param now milliseconds since 1970
 */
export function deliveryTable(
  deliveries: readonly Delivery[],
  asked: DeliveryFilterFlags,
  names: ReadonlyMap<string, string>,
  now: number,
  sheet: Sheet,
): string[] {
  const columns: Column<Delivery>[] = [
    { title: 'ID', cell: ({ id }) => inert(id) },
    { title: 'STATE', cell: ({ state }) => stateMark(state), style: ({ state }) => stateStyle(state) },
    {
      title: 'LAST ATTEMPT',
      cell: ({ lastAttempt }) => (lastAttempt === null ? '' : outcomeMark(lastAttempt)),
      style: ({ lastAttempt }) => outcomeStyle(lastAttempt?.outcome ?? 'succeeded'),
    },
    { title: 'TRIES', cell: ({ attemptCount }) => String(attemptCount), right: true },
    { title: 'CREATED (UTC)', cell: ({ createdAt }) => shortMoment(inert(createdAt), now) },
  ];
  if (asked.type === undefined) {
    columns.push({ title: 'TYPE', cell: ({ eventType }) => inert(eventType), least: LEAST_TYPE_PLACES });
  }
  if (asked.endpoint === undefined) {
    columns.push({
      title: 'ENDPOINT',
      cell: ({ endpointId }) => names.get(endpointId) ?? inert(endpointId),
      least: LEAST_ENDPOINT_PLACES,
    });
  }
  return table(columns, deliveries, sheet);
}
