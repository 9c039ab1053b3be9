// The engine's reports, in words for the log. Failures are worth a line at the usual level; successes are not: at
// thousands of deliveries a second such lines would be the most expensive thing the service does.

import { errorWithoutResponse } from '../../domain/outcome.ts';
import type { SteadyMs } from '../../domain/time.ts';
import type { Report } from '../../engine/reports.ts';
import type { LogLevel } from '../settings/log-levels.ts';
import type { LogFields } from './log.ts';

export interface LogLine {
  readonly text: string;
  readonly fields: LogFields;
}

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;

type Attempted = Extract<Report, { kind: 'attempted' }>;

function attemptLine(report: Attempted, now: SteadyMs): LogLine {
  const { result } = report;
  const fields: LogFields = {
    tenant: report.tenantId,
    endpoint: report.endpointId,
    event: report.eventId,
    type: report.eventType,
    delivery: report.deliveryId,
    attempt: report.attemptId,
    number: report.number,
    outcome: result.outcome,
    status: result.response?.status,
    durationMs: Math.round(result.durationMs),
    state: report.state,
    retryInMs: report.dueAt === null ? undefined : Math.max(0, Math.round(report.dueAt - now)),
  };
  return { text: `attempt ${report.number} ${attemptText(report, now)}`, fields };
}

function attemptText({ result, state, dueAt, late }: Attempted, now: SteadyMs): string {
  const why = errorWithoutResponse(result) ?? result.outcome;
  if (late) return 'recorded late: this process had been taken for dead; nothing changed';
  if (result.outcome === 'succeeded') return 'succeeded';
  if (state === 'exhausted') return `failed and was the last one, delivery exhausted: ${why}`;
  if (result.outcome === 'local_error') return `could not be made, our own trouble: ${why}`;
  const next = dueAt === null ? '' : `, next in ${seconds(dueAt - now)}`;
  return `failed${next}: ${why}`;
}

/** How important a report is. */
export function levelOf(report: Report): LogLevel {
  switch (report.kind) {
    case 'accepted':
    case 'started':
    case 'store_call_failed':
      return 'debug';
    case 'attempted':
      return attemptLevel(report);
    case 'documents_renewed':
      return report.unreadable.length === 0 ? 'info' : 'error';
    case 'store_available':
    case 'replay_started':
    case 'replay_ended':
    case 'event_erased':
    case 'events_erased':
    case 'retention_set':
    case 'past_secrets_erased':
      return 'info';
    case 'took_over':
    case 'pruning_failed':
      return 'warn';
    case 'store_unavailable':
    case 'declared_dead':
    case 'endpoint_damaged':
      return 'error';
  }
}

function attemptLevel({ result, state, late }: Attempted): LogLevel {
  if (late) return 'warn';
  if (result.outcome === 'succeeded') return 'debug';
  return state === 'exhausted' || result.outcome === 'local_error' ? 'warn' : 'info';
}

function replayFields({ replay }: Extract<Report, { kind: 'replay_started' | 'replay_ended' }>): LogFields {
  const { id, tenantId, endpointId, state, total, replayed, skipped, ratePerSecond } = replay;
  return {
    tenant: tenantId,
    endpoint: endpointId ?? undefined,
    replay: id,
    state,
    total,
    replayed,
    skipped,
    ratePerSecond,
  };
}

/** @param now to say how long until the next attempt */
export function logLine(report: Report, now: SteadyMs): LogLine {
  switch (report.kind) {
    case 'accepted':
      return {
        text: 'event accepted',
        fields: { tenant: report.tenantId, event: report.eventId, type: report.type, deliveries: report.deliveries },
      };
    case 'started':
      return {
        text: `attempt ${report.number} started`,
        fields: {
          tenant: report.tenantId,
          endpoint: report.endpointId,
          event: report.eventId,
          delivery: report.deliveryId,
          attempt: report.attemptId,
          number: report.number,
        },
      };
    case 'attempted':
      return attemptLine(report, now);
    case 'replay_started':
      return { text: `replay of ${report.replay.total} deliveries started`, fields: replayFields(report) };
    case 'replay_ended': {
      const { state, replayed, skipped } = report.replay;
      return {
        text: `replay ${state}: ${replayed} deliveries replayed, ${skipped} skipped`,
        fields: replayFields(report),
      };
    }
    case 'event_erased':
      return {
        text: 'event erased: its payload, keys and responses are gone',
        fields: { tenant: report.tenantId, event: report.eventId, by: report.by },
      };
    case 'events_erased':
      return {
        text: `events erased that are older than their tenant keeps them: ${report.events}`,
        fields: { tenant: report.tenantId, events: report.events, retentionDays: report.retentionDays },
      };
    case 'retention_set': {
      const { tenantId: tenant, retentionDays, by } = report;
      const days = retentionDays === null ? 'as long as the installation' : `${retentionDays} days`;
      return {
        text: `the tenant keeps its events for ${days} from now on`,
        fields: { tenant, by, ...(retentionDays !== null && { retentionDays }) },
      };
    }
    case 'past_secrets_erased':
      return {
        text: `${report.secrets} earlier secrets of an endpoint erased`,
        fields: { tenant: report.tenantId, endpoint: report.endpointId, by: report.by },
      };
    case 'store_call_failed':
      return { text: `a call of the store failed: ${report.message}`, fields: {} };
    case 'store_unavailable':
      return { text: `the store is unavailable: ${report.message}`, fields: {} };
    case 'store_available':
      return { text: 'the store is available again', fields: {} };
    case 'documents_renewed': {
      const { renewed, unreadable } = report;
      const text = `endpoints of an older database were brought to today's form: ${renewed} versions`;
      if (unreadable.length === 0) return { text, fields: { renewed } };
      return { text: `${text}; ${unreadable.length} cannot be read: ${unreadable[0]}`, fields: { renewed } };
    }
    case 'endpoint_damaged':
      return {
        text: `an endpoint gets no events: ${report.message}`,
        fields: { tenant: report.tenantId, endpoint: report.endpointId },
      };
    case 'pruning_failed':
      return {
        text: `old history was not all removed or erased, the next round is in an hour: ${report.message}`,
        fields: {},
      };
    case 'took_over':
      return {
        text: `took over the work of a process that died; calls that it had begun: ${report.cutOff}`,
        fields: { owner: report.dead, cutOff: report.cutOff },
      };
    case 'declared_dead':
      return {
        text: 'other processes took this one for dead (stopped, or cut off from the store): going on under a new name',
        fields: { owner: report.owner },
      };
  }
}
