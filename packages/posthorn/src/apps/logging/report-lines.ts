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

function attemptLine(news: Attempted, now: SteadyMs): LogLine {
  const { result } = news;
  const fields: LogFields = {
    tenant: news.tenantId,
    endpoint: news.endpointId,
    event: news.eventId,
    type: news.eventType,
    delivery: news.deliveryId,
    attempt: news.attemptId,
    number: news.number,
    outcome: result.outcome,
    status: result.response?.status,
    durationMs: Math.round(result.durationMs),
    state: news.state,
    retryInMs: news.dueAt === null ? undefined : Math.max(0, Math.round(news.dueAt - now)),
  };
  return { text: `attempt ${news.number} ${attemptText(news, now)}`, fields };
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

/** How important news are. */
export function levelOf(news: Report): LogLevel {
  switch (news.kind) {
    case 'accepted':
    case 'started':
    case 'store_call_failed':
      return 'debug';
    case 'attempted':
      return attemptLevel(news);
    case 'documents_renewed':
      return news.unreadable.length === 0 ? 'info' : 'error';
    case 'store_available':
    case 'replay_started':
    case 'replay_ended':
    case 'event_erased':
      return 'info';
    case 'took_over':
    case 'pruning_failed':
      return 'warn';
    case 'store_unavailable':
    case 'declared_dead':
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
export function logLine(news: Report, now: SteadyMs): LogLine {
  switch (news.kind) {
    case 'accepted':
      return {
        text: 'event accepted',
        fields: { tenant: news.tenantId, event: news.eventId, type: news.type, deliveries: news.deliveries },
      };
    case 'started':
      return {
        text: `attempt ${news.number} started`,
        fields: {
          tenant: news.tenantId,
          endpoint: news.endpointId,
          event: news.eventId,
          delivery: news.deliveryId,
          attempt: news.attemptId,
          number: news.number,
        },
      };
    case 'attempted':
      return attemptLine(news, now);
    case 'replay_started':
      return { text: `replay of ${news.replay.total} deliveries started`, fields: replayFields(news) };
    case 'replay_ended': {
      const { state, replayed, skipped } = news.replay;
      return {
        text: `replay ${state}: ${replayed} deliveries replayed, ${skipped} skipped`,
        fields: replayFields(news),
      };
    }
    case 'event_erased':
      return {
        text: 'event erased: its payload, keys and responses are gone',
        fields: { tenant: news.tenantId, event: news.eventId },
      };
    case 'store_call_failed':
      return { text: `a call of the store failed: ${news.message}`, fields: {} };
    case 'store_unavailable':
      return { text: `the store is unavailable: ${news.message}`, fields: {} };
    case 'store_available':
      return { text: 'the store is available again', fields: {} };
    case 'documents_renewed': {
      const { renewed, unreadable } = news;
      const text = `endpoints of an older database were brought to today's form: ${renewed} versions`;
      if (unreadable.length === 0) return { text, fields: { renewed } };
      return { text: `${text}; ${unreadable.length} cannot be read: ${unreadable[0]}`, fields: { renewed } };
    }
    case 'pruning_failed':
      return { text: `old history was not all removed, the next round is in an hour: ${news.message}`, fields: {} };
    case 'took_over':
      return {
        text: `took over the work of a process that died; calls that it had begun: ${news.cutOff}`,
        fields: { owner: news.dead, cutOff: news.cutOff },
      };
    case 'declared_dead':
      return {
        text: 'other processes took this one for dead (stopped, or cut off from the store): going on under a new name',
        fields: { owner: news.owner },
      };
  }
}
