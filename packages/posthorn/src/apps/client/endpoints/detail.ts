// One endpoint: its settings, and how it does.
import { columns } from '../../terminal/columns.ts';
import { inert } from '../../terminal/inert.ts';
import type { Paint } from '../../terminal/paint.ts';
import { durationText } from '../../words/times.ts';
import type { Endpoint, Statistics } from '../answers.ts';
import { longMoment } from '../times.ts';
import { healthFacts } from './health.ts';
import { enabledMark, typesText } from './list.ts';

/**
 * @param statistics `undefined` where the server has none
 * @param now milliseconds since 1970
 */
export function endpointDetail(
  endpoint: Endpoint,
  statistics: Statistics | undefined,
  now: number,
  paint: Paint,
): string[] {
  const { id, url, description, enabled, eventTypes, scheduleMs, headerNames, createdAt, updatedAt } = endpoint;
  const retries = scheduleMs.length === 0 ? 'none' : `after ${scheduleMs.map(durationText).join(', ')}`;
  const facts = [
    ['endpoint', inert(id)],
    ...(description === '' ? [] : [['description', inert(description)]]),
    ['wants', typesText(eventTypes)],
    ['retries', retries],
    [
      'timeouts',
      `${durationText(endpoint.connectTimeoutMs)} to connect, ${durationText(endpoint.replyTimeoutMs)} to reply`,
    ],
    ...(headerNames.length === 0 ? [] : [['extra headers', inert(headerNames.join(', '))]]),
    ['created', longMoment(inert(createdAt))],
    ...(updatedAt === createdAt ? [] : [['changed', longMoment(inert(updatedAt))]]),
  ];
  return [
    `${paint('bold', inert(url))}  ${paint(enabled ? 'green' : 'gray', enabledMark(enabled))}`,
    ...columns([...facts, ...(statistics === undefined ? [] : healthFacts(statistics, now))]).map(
      (line) => `  ${line}`,
    ),
  ];
}
