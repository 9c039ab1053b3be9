// Retries across faults: of deliveries whose first call fails, the second must come, and never early. Judged by the attempts
// that the service has recorded and by the receiver's clock.

import type { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { type AttemptView, deliveryDetail } from '../support/api.ts';
import type { Call } from './calls.ts';
import type { Accepted } from './producer.ts';
import type { Fault } from './queue-report.ts';
import type { Judgement } from './suite.ts';

interface Wait {
  /** From the end of the failed call to the next one's arrival. */
  readonly ms: number;
  readonly acrossFault: boolean;
}

export class RetryWatch {
  readonly #delayMs: number;
  readonly #deliveries: string[] = [];

  /** @param delayMs the endpoint's delay before its first retry */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  watch({ deliveries }: Accepted): void {
    for (const { id } of deliveries) this.#deliveries.push(id);
  }

  /** @param facts gets how many retries there were, how many were pending across a fault, and how late the latest was */
  async judge(
    service: ServiceProcess,
    calls: readonly Call[],
    faults: readonly Fault[],
    judgement: Judgement,
    facts: Record<string, number>,
  ): Promise<void> {
    if (this.#deliveries.length === 0) return;
    const byEvent = Map.groupBy(calls, ({ event }) => event);
    const waits: Wait[] = [];
    for (const id of this.#deliveries) {
      const { state, eventId, attempts } = await deliveryDetail(service, id);
      judgement.expect(state === 'succeeded', `the retried delivery ${id} is ${state}`);
      waits.push(...waitsOf(attempts, byEvent.get(eventId) ?? [], faults));
    }
    const early = waits.filter(({ ms }) => ms < this.#delayMs);
    judgement.expect(early.length === 0, `${early.length} retries came early, one after ${early[0]?.ms} ms`);
    facts['retries'] = waits.length;
    facts['retriesAcrossFaults'] = waits.filter(({ acrossFault }) => acrossFault).length;
    facts['earlyRetries'] = early.length;
    const late = waits.map(({ ms }) => ms - this.#delayMs);
    facts['latestRetryMs'] = Math.round(Math.max(0, ...late));
  }
}

/** Only a failure that was recorded starts a wait: a call whose outcome was lost is made again at once. */
function waitsOf(attempts: readonly AttemptView[], calls: readonly Call[], faults: readonly Fault[]): Wait[] {
  const failed = new Set(attempts.filter(({ outcome }) => outcome === 'http_status').map(({ id }) => id));
  const inOrder = calls.toSorted((a, b) => a.arrivedAt - b.arrivedAt);
  const waits: Wait[] = [];
  for (const [index, { attempt, endedAt }] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (!failed.has(attempt) || next === undefined || next.attempt === attempt) continue;
    const acrossFault = faults.some(({ from, until }) => endedAt <= from && until <= next.arrivedAt);
    waits.push({ ms: next.arrivedAt - endedAt, acrossFault });
  }
  return waits;
}
