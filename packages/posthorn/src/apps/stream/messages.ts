// The engine's reports on events and attempts, as messages of the live stream: the API's words, and nothing of a receiver's
// response but its status.

import { errorWithoutResponse } from '../../domain/outcome.ts';
import { isoTime, wall } from '../../domain/time.ts';
import type { Report } from '../../engine/reports.ts';
import type { Clock } from '../../seams/clock.ts';

export const MESSAGE_KINDS = ['accepted', 'started', 'attempted'] as const;

type Told = Extract<Report, { kind: (typeof MESSAGE_KINDS)[number] }>;

/** Whether these news are for the stream. */
export function isTold(news: Report): news is Told {
  return MESSAGE_KINDS.some((kind) => kind === news.kind);
}

/** The data of a message, as JSON in one line. */
export function messageData(news: Told, clock: Clock): string {
  const { tenantId: tenant, eventId } = news;
  if (news.kind === 'accepted') {
    return JSON.stringify({ tenant, eventId, eventType: news.type, deliveries: news.deliveries });
  }
  const { endpointId, deliveryId, attemptId, number, trigger } = news;
  const attempt = { tenant, endpointId, eventId, deliveryId, attemptId, number, trigger };
  if (news.kind === 'started') return JSON.stringify(attempt);
  const { result, dueAt } = news;
  return JSON.stringify({
    ...attempt,
    eventType: news.eventType,
    startedAt: isoTime(news.startedAt),
    connectMs: result.connectMs,
    durationMs: result.durationMs,
    outcome: result.outcome,
    status: result.response?.status ?? null,
    error: errorWithoutResponse(result),
    state: news.state,
    nextAttemptAt: dueAt === null ? null : isoTime(wall(clock.wallNow() + dueAt - clock.now())),
    late: news.late,
  });
}
