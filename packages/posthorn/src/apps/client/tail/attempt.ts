// An attempt as the live stream tells it.
import { DELIVERY_STATES } from '../../../domain/delivery.ts';
import { OUTCOMES } from '../../../domain/outcome.ts';
import { figure, flag, type Guard, oneOf, orNull, record, text } from '../guard.ts';

const isTailedAttempt = record({
  tenant: text,
  endpointId: text,
  eventType: text,
  number: figure,
  trigger: oneOf(['schedule', 'manual']),
  startedAt: text,
  durationMs: figure,
  outcome: oneOf(OUTCOMES),
  status: orNull(figure),
  state: oneOf(DELIVERY_STATES),
  nextAttemptAt: orNull(text),
  late: flag,
});

export type TailedAttempt = typeof isTailedAttempt extends Guard<infer T> ? T : never;

/** @param data of an `attempted` message @returns `undefined` when it is not what this version knows */
export function readAttempt(data: string): TailedAttempt | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isTailedAttempt(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** When it ended on the server's clock, in ISO 8601; `undefined` when the server tells no moment. */
export function endedAt({ startedAt, durationMs }: TailedAttempt): string | undefined {
  const at = new Date(Date.parse(startedAt) + durationMs);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
