// One delivery with its attempts: what happened when, why it failed, and what can be done about it.
import { columns } from '../../terminal/columns.ts';
import { inert } from '../../terminal/inert.ts';
import { type Sheet, table } from '../../terminal/table.ts';
import { agoText, durationText } from '../../words/times.ts';
import type { Attempt, DeliveryDetail, Endpoint } from '../answers.ts';
import { failureLines, outcomeMark, outcomeStyle } from '../call.ts';
import { longMoment } from '../times.ts';
import { stateMark, stateStyle } from './state-mark.ts';

/**
 * @param endpoint `undefined` when it was deleted
 * @param now milliseconds since 1970
 */
export function deliveryDetail(
  delivery: DeliveryDetail,
  endpoint: Endpoint | undefined,
  now: number,
  sheet: Sheet,
): string[] {
  const { paint } = sheet;
  const { state, attempts, eventType, attemptCount } = delivery;
  const after = attemptCount === 0 ? '' : ` after ${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'}`;
  const last = attempts.at(-1);
  return [
    `${paint('bold', inert(eventType))}  ${paint(stateStyle(state), stateMark(state) + after)}`,
    ...facts(delivery, endpoint, now).map((line) => `  ${line}`),
    ...(attempts.length === 0 ? [] : ['', ...attemptTable(attempts, sheet)]),
    ...(last === undefined ? waiting(state, endpoint) : why(last, sheet)),
  ];
}

function facts(delivery: DeliveryDetail, endpoint: Endpoint | undefined, now: number): string[] {
  const { id, eventId, endpointId, createdAt, endedAt, nextAttemptAt, attempts } = delivery;
  const called = attempts.at(-1)?.request?.url;
  const moment = (at: string) => `${longMoment(inert(at))}, ${agoText(at, now)}`;
  const where = endpoint === undefined ? 'deleted' : inert(endpoint.url);
  return columns([
    ['delivery', inert(id)],
    ['event', inert(eventId)],
    ['endpoint', `${inert(endpointId)}  ${where}${endpoint?.enabled === false ? '  disabled' : ''}`],
    // The endpoint may have another URL by now.
    ...(called === undefined || called === endpoint?.url ? [] : [['called', inert(called)]]),
    ['created', moment(createdAt)],
    ...(endedAt === null ? [] : [['ended', moment(endedAt)]]),
    ...(nextAttemptAt === null ? [] : [['next attempt', moment(nextAttemptAt)]]),
  ]);
}

function attemptTable(attempts: readonly Attempt[], sheet: Sheet): string[] {
  return table<Attempt>(
    [
      { title: '#', cell: ({ number }) => String(number), right: true },
      { title: 'BEGAN (UTC)', cell: ({ startedAt }) => inert(startedAt.slice(0, 23).replace('T', ' ')) },
      {
        title: 'OUTCOME',
        cell: (attempt) => outcomeMark(attempt) + remarks(attempt),
        style: ({ outcome }) => outcomeStyle(outcome),
      },
      { title: 'TOOK', cell: ({ durationMs }) => durationText(durationMs), right: true },
      { title: 'DELIVERY HEADER', cell: ({ id }) => inert(id), least: 36 },
    ],
    attempts,
    sheet,
  );
}

function remarks({ outcome, status, trigger, late, repeated }: Attempt): string {
  const words = [
    ...(outcome !== 'http_status' && status !== null ? [String(status)] : []),
    ...(trigger === 'manual' ? ['manual'] : []),
    ...(repeated ? ['made twice: a kept connection broke'] : []),
    ...(late ? ['too late: it changed nothing'] : []),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function waiting(state: DeliveryDetail['state'], endpoint: Endpoint | undefined): string[] {
  if (state !== 'pending') return [];
  return [
    '',
    endpoint?.enabled === false ? 'The endpoint is disabled: its deliveries are paused.' : 'It waits for its turn.',
  ];
}

/** The last attempt in words, unless it went well. */
function why(last: Attempt, { paint }: Sheet): string[] {
  return last.outcome === 'succeeded' ? [] : ['', ...failureLines(last, paint)];
}
