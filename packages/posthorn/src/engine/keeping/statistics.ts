// Statistics for charts: the counts of a span, step by step, and the pending deliveries of now.

import type { TenantId } from '../../domain/ids.ts';
import { addCounts, type Counts, noCounts, type Scope, SLOT_MS, slotOf, type Tier } from '../../domain/tally.ts';
import { earlier, type WallMs, wall } from '../../domain/time.ts';
import { MAX_TROUBLES } from '../../domain/trouble.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Tallies, Trouble } from '../../seams/store/tallies.ts';
import type { Holdings } from '../calling/holdings.ts';
import type { TallyKeeper } from './tallies.ts';

export const SPANS = ['hour', 'day', 'month'] as const;
export type Span = (typeof SPANS)[number];

/** Each span's steps: so many slots of a tier, the last of which is not over. */
const STEPS: Readonly<Record<Span, { readonly tier: Tier; readonly count: number }>> = {
  hour: { tier: 'minute', count: 60 },
  day: { tier: 'hour', count: 24 },
  month: { tier: 'day', count: 30 },
};

/** Counting stops here, per place and endpoint: it costs the embedded store about 1.5 ms. */
const MAX_PENDING_COUNTED = 10_000;

export interface StatisticsStep {
  readonly at: WallMs;
  readonly counts: Readonly<Counts>;
  /** The most deliveries that were seen pending; of the whole installation only, and `null` where nobody looked. */
  readonly pending: number | null;
}

export interface PendingNow {
  readonly count: number;
  /** There may be more. */
  readonly capped: boolean;
  readonly oldestCreatedAt: WallMs | null;
}

export interface Statistics {
  readonly since: WallMs;
  readonly until: WallMs;
  readonly stepMs: number;
  /** All steps together. */
  readonly total: Readonly<Counts>;
  readonly steps: readonly StatisticsStep[];
  readonly pending: PendingNow;
}

interface Parts {
  readonly store: Tallies;
  readonly clock: Clock;
  readonly holdings: Holdings;
  readonly tallies: Pick<TallyKeeper, 'catchUp'>;
}

export class StatisticsReader {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The counts of a scope in a span that ends now; of one that does not exist, nothing. */
  async read(scope: Scope, span: Span): Promise<Statistics> {
    const { store, clock, tallies } = this.#parts;
    await tallies.catchUp();
    const { tier, since, until } = stepsOf(span, clock.wallNow());
    const [slots, pending] = await Promise.all([store.tallies(scope, tier, since, until), this.pending(scope)]);
    const bySlot = new Map(slots.map((slot) => [slot.at, slot]));
    const total = noCounts();
    const steps: StatisticsStep[] = [];
    for (let at = since; at < until; at = wall(at + SLOT_MS[tier])) {
      const slot = bySlot.get(at);
      if (slot !== undefined) addCounts(total, slot.counts);
      steps.push(slot ?? { at, counts: noCounts(), pending: null });
    }
    return { since, until, stepMs: SLOT_MS[tier], total, steps, pending };
  }

  /** The endpoints that had most trouble in a span that ends now, worst first. @param tenantId `null`: of all tenants */
  async troubles(tenantId: TenantId | null, span: Span): Promise<Trouble[]> {
    const { tier, since, until } = stepsOf(span, this.#parts.clock.wallNow());
    return await this.#parts.store.troubles(tenantId, tier, since, until, MAX_TROUBLES);
  }

  /** Pending deliveries of a scope now. Of those that other processes hold, as many as the store knows. */
  async pending(scope: Scope): Promise<PendingNow> {
    const { store, holdings } = this.#parts;
    const { waiting, leased, capped, oldestCreatedAt } = await store.pendingOf(scope, MAX_PENDING_COUNTED);
    if (leased !== null) return { count: waiting + leased, capped, oldestCreatedAt };
    const here = holdings.of(scope);
    return { count: waiting + here.count, capped, oldestCreatedAt: earlier(oldestCreatedAt, here.oldestCreatedAt) };
  }
}

function stepsOf(span: Span, now: WallMs): { readonly tier: Tier; readonly since: WallMs; readonly until: WallMs } {
  const { tier, count } = STEPS[span];
  const until = wall(slotOf(tier, now) + SLOT_MS[tier]);
  return { tier, since: wall(until - count * SLOT_MS[tier]), until };
}
