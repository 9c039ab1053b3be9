// How well deliveries go, worked out of a list of them.
import type { Delivery } from '../api/shapes.ts';

export interface Health {
  readonly succeeded: number;
  readonly exhausted: number;
  /** Not tried yet. */
  readonly waiting: number;
  /** Tried in vain and to be tried again. */
  readonly retrying: number;
  readonly cancelled: number;
  /** Of those that are settled, 0–1; `undefined` when none is. */
  readonly successRate: number | undefined;
}

export function healthOf(deliveries: readonly Delivery[]): Health {
  const counts = { succeeded: 0, exhausted: 0, waiting: 0, retrying: 0, cancelled: 0 };
  for (const { state, attemptCount } of deliveries) {
    if (state === 'pending') counts[attemptCount > 0 ? 'retrying' : 'waiting'] += 1;
    else counts[state] += 1;
  }
  const settled = counts.succeeded + counts.exhausted;
  return { ...counts, successRate: settled === 0 ? undefined : counts.succeeded / settled };
}

/** Never rounded up to a perfect 100 %. */
export function percentText(rate: number | undefined): string {
  if (rate === undefined) return '–';
  if (rate === 1) return '100 %';
  return `${Math.floor(rate * 1_000) / 10} %`;
}

/** Endpoints with their health, the one with the largest share of failures first. */
export function worstFirst(
  deliveries: readonly Delivery[],
): readonly { readonly endpointId: string; readonly health: Health }[] {
  const groups = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  const badness = ({ exhausted, retrying, succeeded }: Health) =>
    (exhausted + retrying) / (exhausted + retrying + succeeded || 1);
  return [...groups]
    .map(([endpointId, ofOne]) => ({ endpointId, health: healthOf(ofOne) }))
    .sort((a, b) => badness(b.health) - badness(a.health) || b.health.exhausted - a.health.exhausted);
}

export interface Span {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly health: Health;
}

/** Deliveries by when they were created, in equal spans from the oldest to now. */
export function spansOf(deliveries: readonly Delivery[], count: number, now: number): readonly Span[] {
  const times = deliveries.map(({ createdAt }) => Date.parse(createdAt));
  const from = times.reduce((least, time) => Math.min(least, time), now);
  const width = Math.max(1, (now - from + 1) / count);
  const spans = Array.from({ length: count }, (): Delivery[] => []);
  deliveries.forEach((delivery, index) => {
    const span = Math.min(count - 1, Math.max(0, Math.floor(((times[index] ?? now) - from) / width)));
    spans[span]?.push(delivery);
  });
  return spans.map((inside, index) => ({ from: from + index * width, health: healthOf(inside) }));
}
