// How much happened, added up per slot of time: what is counted of an attempt, in which slot a moment falls, and how counts
// are added. Charts and rates are computed from these.
import type { Trigger } from './delivery.ts';
import { DURATION_BOUNDS, durationBound } from './durations.ts';
import type { EndpointId, TenantId } from './ids.ts';
import { isOwnFailure, OUTCOMES, type Outcome } from './outcome.ts';
import { type WallMs, wall } from './time.ts';

/** How long slots are. The same attempt counts in a slot of every tier. */
export const TIERS = ['minute', 'hour', 'day'] as const;
export type Tier = (typeof TIERS)[number];

export const SLOT_MS: Readonly<Record<Tier, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** When the slot begins that a moment falls into. Days are those of UTC. */
export function slotOf(tier: Tier, at: WallMs): WallMs {
  return wall(Math.floor(at / SLOT_MS[tier]) * SLOT_MS[tier]);
}

/** Whose counts: everybody's, a tenant's, or an endpoint's. */
export type Scope =
  | { readonly kind: 'installation' }
  | { readonly kind: 'tenant'; readonly tenantId: TenantId }
  | { readonly kind: 'endpoint'; readonly tenantId: TenantId; readonly endpointId: EndpointId };

// Of deliveries: events stored for the first time; attempts recorded, and those of them that failed; deliveries that an
// attempt brought to an end.
const DELIVERY_FIGURES = ['accepted', 'attempts', 'failed', 'succeeded', 'exhausted'] as const;

type Figure = (typeof DELIVERY_FIGURES)[number] | `outcome_${Outcome}` | `ms_${(typeof DURATION_BOUNDS)[number]}`;

/** Everything that is counted, by name: `outcome_…` attempts by outcome, `ms_…` calls that took at most as long. */
export const FIGURES: readonly Figure[] = [
  ...DELIVERY_FIGURES,
  ...OUTCOMES.map((outcome) => `outcome_${outcome}` as const),
  ...DURATION_BOUNDS.map((bound) => `ms_${bound}` as const),
];

export type Figures = Record<Figure, number>;

/**
 * Statuses that a slot counts one by one: the most frequent ones. Of answers with others only the outcome is counted, so that
 * a receiver that makes statuses up cannot make rows grow.
 */
export const MAX_STATUSES = 50;

export interface Counts extends Figures {
  /** Attempts with the outcome `http_status`, by the status that was answered. */
  readonly statuses: Map<number, number>;
}

const NOTHING = Object.fromEntries(FIGURES.map((figure) => [figure, 0])) as Figures;

/** Counts to add to. */
export function noCounts(): Counts {
  return { ...NOTHING, statuses: new Map() };
}

export function addCounts(sum: Counts, counts: Readonly<Counts>): void {
  for (const figure of FIGURES) sum[figure] += counts[figure];
  addStatuses(sum.statuses, counts.statuses);
}

export function addStatuses(sum: Map<number, number>, statuses: ReadonlyMap<number, number>): void {
  for (const [status, times] of statuses) sum.set(status, (sum.get(status) ?? 0) + times);
}

/** The most frequent statuses, as many as a slot counts. */
export function mostFrequent(statuses: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  if (statuses.size <= MAX_STATUSES) return statuses;
  return new Map([...statuses].sort(([, a], [, b]) => b - a).slice(0, MAX_STATUSES));
}

/** Statuses as JSON has them, by their digits. @param written `null`: none */
export function readStatusCounts(written: Readonly<Record<string, number>> | null): Map<number, number> {
  return new Map(Object.entries(written ?? {}).map(([status, times]) => [Number(status), times]));
}

/** An attempt's effect on its delivery, as far as it is counted. */
export type Ended = 'succeeded' | 'exhausted' | null;

/**
 * Whether an attempt brought its delivery to an end. A late one moves nothing, and a manual one that fails puts the delivery
 * back to what it was.
 */
export function endedBy(
  trigger: Trigger,
  outcome: Outcome,
  state: 'pending' | 'succeeded' | 'exhausted' | 'cancelled',
  late: boolean,
): Ended {
  if (late || (trigger === 'manual' && outcome !== 'succeeded')) return null;
  return state === 'succeeded' || state === 'exhausted' ? state : null;
}

/** The facts of a call that are counted. */
export interface CountedCall {
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** `null` when there was none. */
  readonly response: { readonly status: number } | null;
}

/** Counts an attempt. How long it took is counted of calls only that were the receiver's to answer. */
export function countAttempt(counts: Counts, { outcome, durationMs, response }: CountedCall, ended: Ended): void {
  counts.attempts += 1;
  if (outcome !== 'succeeded') counts.failed += 1;
  counts[`outcome_${outcome}`] += 1;
  if (outcome === 'http_status' && response !== null) {
    counts.statuses.set(response.status, (counts.statuses.get(response.status) ?? 0) + 1);
  }
  if (!isOwnFailure(outcome)) counts[`ms_${durationBound(durationMs)}`] += 1;
  if (ended !== null) counts[ended] += 1;
}
