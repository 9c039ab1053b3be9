// The engine's reports on events and attempts, as messages of the live stream: the API's words, and nothing of a receiver's
// response but its status.

import { errorWithoutResponse } from '../../domain/outcome.ts';
import { isoTime, wall } from '../../domain/time.ts';
import type { Report } from '../../engine/reports.ts';
import type { Clock } from '../../seams/clock.ts';

export const MESSAGE_KINDS = ['accepted', 'started', 'attempted'] as const;

type Told = Extract<Report, { kind: (typeof MESSAGE_KINDS)[number] }>;

/** Whether this report is for the stream. */
export function isTold(report: Report): report is Told {
  return MESSAGE_KINDS.some((kind) => kind === report.kind);
}

/** The data of a message, as JSON in one line. */
export function messageData(report: Told, clock: Clock): string {
  const { tenantId: tenant, eventId } = report;
  if (report.kind === 'accepted') {
    return JSON.stringify({ tenant, eventId, eventType: report.type, deliveries: report.deliveries });
  }
  const { endpointId, deliveryId, attemptId, number, trigger } = report;
  const attempt = { tenant, endpointId, eventId, deliveryId, attemptId, number, trigger };
  if (report.kind === 'started') return JSON.stringify(attempt);
  const { result, dueAt } = report;
  return JSON.stringify({
    ...attempt,
    eventType: report.eventType,
    startedAt: isoTime(report.startedAt),
    connectMs: result.connectMs,
    durationMs: result.durationMs,
    outcome: result.outcome,
    status: result.response?.status ?? null,
    error: errorWithoutResponse(result),
    state: report.state,
    nextAttemptAt: dueAt === null ? null : isoTime(wall(clock.wallNow() + dueAt - clock.now())),
    late: report.late,
  });
}
