// Which endpoints have most trouble: the worst of every slot are added up, and the worst of those are counted in full.
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import { SLOT_MS, type Tier } from '../../domain/tally.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { Tallies, Trouble } from '../../seams/store/tallies.ts';
import type { Connection } from './connection.ts';
import { SLOTS, TIER } from './tallies.ts';

/** Endpoints looked at per slot, the worst of it. */
const WORST_PER_SLOT = 50;
/** Slots looked at per step: about 1,000 endpoints, 2 ms. */
const SLOTS_PER_STEP = 20;

const worstOf = (condition: string, index: string) => `
  select tally.endpoint, exhausted, failed
  from tally indexed by ${index} cross join endpoint on endpoint.key = tally.endpoint and endpoint.deleted_at is null
  where tier = ? and at = ? and ${condition} and tally.endpoint > 0 and failed > 0
  order by exhausted desc, failed desc limit ${WORST_PER_SLOT}`;
// index: tally_trouble, from its end
export const WORST = worstOf('true', 'tally_trouble');
// index: tally_trouble_of_tenant, from its end
export const WORST_OF_TENANT = worstOf('tally.tenant = ?', 'tally_trouble_of_tenant');
// index: the primary key, one search per slot
export const TOTAL = `${SLOTS}
  select sum(attempts) as attempts, sum(failed) as failed, sum(succeeded) as succeeded, sum(exhausted) as exhausted,
    max(last_failed_at) as last_failed_at
  from slot cross join tally
  where tier = ?1 and tally.at = slot.at and tenant = (select tenant from endpoint where key = ?5) and endpoint = ?5`;
const TENANT = `select tenant from endpoint where key = ?`;

interface Found {
  readonly endpoint: number;
  readonly exhausted: number;
  readonly failed: number;
}

interface Total {
  readonly attempts: number;
  readonly failed: number;
  readonly succeeded: number;
  readonly exhausted: number;
  readonly last_failed_at: number;
}

/** The endpoints found in some slots, and the slot to go on with; `null` when that was the last. */
interface TroublesStep {
  readonly found: readonly Found[];
  readonly next: WallMs | null;
}

/** A step of a call. See `Tallies.troubles`. */
export function troublesStep(
  db: Connection,
  tenantId: TenantId | null,
  tier: Tier,
  from: WallMs,
  until: WallMs,
): TroublesStep {
  const tenant = tenantId === null ? null : db.names.tenant(tenantId)?.key;
  const found: Found[] = [];
  if (tenant === undefined) return { found, next: null };
  const end = Math.min(until, from + SLOTS_PER_STEP * SLOT_MS[tier]);
  for (let at: number = from; at < end; at += SLOT_MS[tier]) {
    found.push(
      ...(tenant === null
        ? db.all<Found>(WORST, TIER[tier], at)
        : db.all<Found>(WORST_OF_TENANT, TIER[tier], at, tenant)),
    );
  }
  return { found, next: end < until ? wall(end) : null };
}

/** All that is counted of these endpoints; those that are gone meanwhile are left out. */
export function troublesOf(
  db: Connection,
  endpoints: readonly number[],
  tier: Tier,
  since: WallMs,
  until: WallMs,
): Trouble[] {
  return endpoints.flatMap((endpoint): Trouble[] => {
    const tenant = db.get<{ tenant: number }>(TENANT, endpoint)?.tenant;
    const total = db.get<Total>(TOTAL, TIER[tier], since, until, SLOT_MS[tier], endpoint);
    if (tenant === undefined || total === undefined) return [];
    const { last_failed_at: lastFailedAt, ...counts } = total;
    const endpointId: EndpointId = db.names.endpointId(endpoint);
    return [{ tenantId: db.names.tenantName(tenant).id, endpointId, ...counts, lastFailedAt: wall(lastFailedAt) }];
  });
}

/**
 * See `Tallies.troubles`.
 * @param take calls `troublesStep`, wherever the database is
 * @param countInFull calls `troublesOf`
 */
export function troubles(
  take: (tenantId: TenantId | null, tier: Tier, from: WallMs, until: WallMs) => Promise<TroublesStep>,
  countInFull: (endpoints: readonly number[], tier: Tier, since: WallMs, until: WallMs) => Promise<Trouble[]>,
): Tallies['troubles'] {
  return async (tenantId, tier, since, until, limit) => {
    const sums = new Map<number, Found>();
    for (let from: WallMs | null = since; from !== null && from < until; ) {
      const { found, next }: TroublesStep = await take(tenantId, tier, from, until);
      for (const one of found) {
        const { exhausted = 0, failed = 0 } = sums.get(one.endpoint) ?? {};
        sums.set(one.endpoint, { ...one, exhausted: exhausted + one.exhausted, failed: failed + one.failed });
      }
      from = next;
    }
    const worst = [...sums.values()].sort(worstFirst).slice(0, limit);
    const endpoints = worst.map(({ endpoint }) => endpoint);
    return (await countInFull(endpoints, tier, since, until)).toSorted(worstFirst);
  };
}

function worstFirst(a: Pick<Found, 'exhausted' | 'failed'>, b: Pick<Found, 'exhausted' | 'failed'>): number {
  return b.exhausted - a.exhausted || b.failed - a.failed;
}
