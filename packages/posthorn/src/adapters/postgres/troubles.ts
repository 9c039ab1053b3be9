// Which endpoints have most trouble: the worst of every slot are added up, and the worst of those are counted in full.
import type { EndpointId, TenantId } from '../../domain/ids.ts';
import { SLOT_MS, type Tier } from '../../domain/tally.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { Trouble } from '../../seams/store/tallies.ts';
import type { Database, Statement, Value } from './connection.ts';
import { NO_ENDPOINT } from './tallies.ts';

/** Endpoints looked at per slot, the worst of it. */
const WORST_PER_SLOT = 50;

/** Served by tally_trouble or tally_trouble_of_tenant, from its end, and then by the primary key, one search per slot. */
const troublesWhere = (condition: string): Statement => ({
  text: `
with slot as materialized (
  select at from generate_series($2::bigint, $3::bigint - 1, $4::bigint) as slot (at)
),
worst as materialized (
  select found.tenant, found.endpoint_id, found.name
  from slot
  cross join lateral (
    select tally.tenant, tally.endpoint_id, tally.exhausted, tally.failed, tenant.id as name
    from posthorn.tally
    join posthorn.endpoint on endpoint.id = tally.endpoint_id and endpoint.deleted_at is null
    join posthorn.tenant on tenant.key = tally.tenant and tenant.deleted_at is null
    where tier = $1 and tally.at = slot.at and failed > 0 and endpoint_id <> ${NO_ENDPOINT} and ${condition}
    order by exhausted desc, failed desc
    limit ${WORST_PER_SLOT}
  ) as found
  group by 1, 2, 3
  order by sum(found.exhausted) desc, sum(found.failed) desc
  limit $5
)
select worst.name as tenant_id, worst.endpoint_id, sum(attempts)::bigint as attempts, sum(failed)::bigint as failed,
  sum(succeeded)::bigint as succeeded, sum(exhausted)::bigint as exhausted, max(last_failed_at) as last_failed_at
from worst
cross join slot
cross join lateral (
  select * from posthorn.tally
  where tier = $1 and tally.at = slot.at and tenant = worst.tenant and endpoint_id = worst.endpoint_id
  offset 0
) as counted
group by 1, 2
order by 6 desc, 4 desc
`,
});

const TROUBLES = troublesWhere('true');
const TROUBLES_OF_TENANT = troublesWhere(
  'tally.tenant = (select key from posthorn.tenant where id = $6 and deleted_at is null)',
);

interface TroubleRow {
  readonly tenant_id: TenantId;
  readonly endpoint_id: EndpointId;
  readonly attempts: number;
  readonly failed: number;
  readonly succeeded: number;
  readonly exhausted: number;
  readonly last_failed_at: number;
}

/** See `Tallies.troubles`. */
export async function troubles(
  database: Database,
  tenantId: TenantId | null,
  tier: Tier,
  since: WallMs,
  until: WallMs,
  limit: number,
): Promise<Trouble[]> {
  const values: Value[] = [tier, since, until, SLOT_MS[tier], limit];
  const rows = await (tenantId === null
    ? database.read<TroubleRow>(TROUBLES, values)
    : database.read<TroubleRow>(TROUBLES_OF_TENANT, [...values, tenantId]));
  return rows.map(({ tenant_id: tenant, endpoint_id: endpointId, last_failed_at: lastFailedAt, ...counts }) => ({
    tenantId: tenant,
    endpointId,
    ...counts,
    lastFailedAt: wall(lastFailedAt),
  }));
}
