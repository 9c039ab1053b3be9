// How much happened: counts added to the slots of their moment, and read back for charts. Several processes write the same
// rows, all in the order of their keys, so that no two wait for each other in a circle.
import type { EndpointId, OwnerId, TenantId } from '../../domain/ids.ts';
import {
  FIGURES,
  type Figures,
  MAX_STATUSES,
  readStatusCounts,
  type Scope,
  SLOT_MS,
  slotOf,
  TIERS,
  type Tier,
} from '../../domain/tally.ts';
import { type WallMs, wall } from '../../domain/time.ts';
import type { Tallied, TallySlot } from '../../seams/store/tallies.ts';
import type { Database, Statement, Value } from './connection.ts';
import { NIL, plainArray, textArray } from './sql-values.ts';

/** Stands for no endpoint, as the tenant 0 does for none. */
export const NO_ENDPOINT = `'${NIL}'::uuid`;

/** Parameters of `TALLY` before those that carry figures. */
const FIRST_FIGURE = 14;

/** A row's statuses and new ones, added up: the most frequent of them. */
const ADDED_STATUSES = `
    case when known.statuses is null or excluded.statuses is null then coalesce(known.statuses, excluded.statuses)
    else (
      select jsonb_object_agg(status, times)
      from (
        select key as status, sum(value::bigint)::bigint as times
        from (
          select * from jsonb_each_text(known.statuses) union all select * from jsonb_each_text(excluded.statuses)
        ) as known_and_new
        group by key order by times desc limit ${MAX_STATUSES}
      ) as most_frequent
    ) end`;

/** Of groups, those of an endpoint or a tenant that is there. */
const IS_KNOWN = `grouping(tenant) = 0 and tenant is not null and (grouping(endpoint_id) = 1 or endpoint_id is not null)`;

// The writer's row says what has been added already: whoever makes the same call at the same time waits for it, and then
// adds nothing. Each row counts for its endpoint, for its tenant, and for the installation. Statuses come as rows of their own
// that name the row they are of.
export const TALLY: Statement = {
  name: 'tally',
  text: `
with fresh as (
  insert into posthorn.tally_writer as writer (id, number, at) values ($1, $2, $3)
  on conflict (id) do update set number = excluded.number, at = excluded.at where writer.number < excluded.number
  returning id
),
told as materialized (
  select coalesce(endpoint.tenant, tenant.key) as tenant, endpoint.id as endpoint_id, r.*
  from unnest($8::text[], $9::uuid[], $10::bigint[], ${FIGURES.map((_, index) => `$${FIRST_FIGURE + index}::bigint[]`).join(', ')})
    with ordinality as r (told_tenant, told_endpoint, last_failed_at, ${FIGURES.join(', ')}, place)
  left join lateral (
    select id, tenant from posthorn.endpoint where endpoint.id = r.told_endpoint offset 0
  ) as endpoint on true
  left join lateral (
    select key from posthorn.tenant
    where tenant.id = r.told_tenant and deleted_at is null and r.told_endpoint is null
    offset 0
  ) as tenant on true
  where exists (select from fresh)
),
summed as materialized (
  select coalesce(tenant, 0) as tenant, coalesce(endpoint_id, ${NO_ENDPOINT}) as endpoint_id,
    max(last_failed_at) as last_failed_at,
    case when grouping(tenant) = 1 then $7::bigint end as pending,
    ${FIGURES.map((figure) => `sum(${figure})::bigint as ${figure}`).join(', ')}
  from told
  group by grouping sets ((tenant, endpoint_id), (tenant), ())
  having grouping(tenant) = 1 and exists (select from fresh)
    or ${IS_KNOWN}
),
answered as materialized (
  select tenant, endpoint_id, jsonb_object_agg(status, times) as statuses
  from (
    select coalesce(tenant, 0) as tenant, coalesce(endpoint_id, ${NO_ENDPOINT}) as endpoint_id, status,
      sum(times)::bigint as times
    from unnest($11::int[], $12::int[], $13::bigint[]) as answer (place, status, times)
    join told using (place)
    group by grouping sets ((tenant, endpoint_id, status), (tenant, status), (status))
    having grouping(tenant) = 1 or ${IS_KNOWN}
  ) as by_status
  group by tenant, endpoint_id
)
insert into posthorn.tally as known
  (tier, at, tenant, endpoint_id, last_failed_at, pending, statuses, ${FIGURES.join(', ')})
select slot.tier, slot.at, tenant, endpoint_id, last_failed_at, pending, statuses,
  ${FIGURES.map((figure) => `coalesce(${figure}, 0)`).join(', ')}
from summed left join answered using (tenant, endpoint_id)
cross join (values ('minute', $4::bigint), ('hour', $5::bigint), ('day', $6::bigint)) as slot (tier, at)
order by slot.tier, slot.at, tenant, endpoint_id
on conflict (tier, at, tenant, endpoint_id) do update set
  ${FIGURES.map((figure) => `${figure} = known.${figure} + excluded.${figure}`).join(', ')},
  last_failed_at = greatest(known.last_failed_at, excluded.last_failed_at),
  pending = greatest(known.pending, excluded.pending),
  statuses = ${ADDED_STATUSES}
`,
};

const OF_SCOPE = `
  tenant = case when $5::text is null then 0
    else (select key from posthorn.tenant where id = $5 and deleted_at is null) end
  and endpoint_id = case when $6::uuid is null then ${NO_ENDPOINT}
    else $6 end`;

/** A tier's first slot, or its last. Served by the primary key. */
const endOf = (order: 'asc' | 'desc'): string =>
  `(select at from posthorn.tally where tier = $1 order by at ${order} limit 1)`;

/** Served by the primary key, one search per slot, of as many as there can be. */
const CHART: Statement = {
  text: `
select found.*
from generate_series(
  greatest($2::bigint, ${endOf('asc')}), least($3::bigint - 1, coalesce(${endOf('desc')}, $2)), $4::bigint
) as slot (at)
cross join lateral (
  select at, pending, statuses, ${FIGURES.join(', ')}
  from posthorn.tally
  where tier = $1 and tally.at = slot.at and ${OF_SCOPE}
  offset 0
) as found
order by found.at
`,
};

/** Served by the primary key. */
const PRUNE: Statement = {
  text: `
with old as materialized (
  select tally.tier, tally.at, tenant, endpoint_id
  from (values ('minute', $2::bigint), ('hour', $3::bigint), ('day', $4::bigint)) as before (tier, at)
  cross join lateral (
    select * from posthorn.tally
    where tally.tier = before.tier and tally.at < before.at
    order by tally.at, tenant, endpoint_id
    limit $1
  ) as tally
  limit $1
),
gone as (
  delete from posthorn.tally as known
  using old
  where known.tier = old.tier and known.at = old.at and known.tenant = old.tenant and known.endpoint_id = old.endpoint_id
  returning known.at
),
writers as (
  delete from posthorn.tally_writer where at < $4 returning id
)
select (select count(*) from gone) + (select count(*) from writers) as removed
`,
};

type ChartRow = Figures & {
  readonly at: number;
  readonly pending: number | null;
  readonly statuses: Readonly<Record<string, number>> | null;
};

/** See `Tallies.tally`. */
export async function tally(database: Database, writer: OwnerId, number: number, tallied: Tallied): Promise<void> {
  const { at, tallies: told, pending } = tallied;
  const answers = told.flatMap(({ counts }, index) =>
    [...counts.statuses].map(([status, times]) => ({ place: index + 1, status, times })),
  );
  await database.work(TALLY, [
    writer,
    number,
    at,
    ...TIERS.map((tier) => slotOf(tier, at)),
    pending,
    textArray(told.map(({ scope }) => (scope.kind === 'tenant' ? scope.tenantId : null))),
    plainArray(told.map(({ scope }) => (scope.kind === 'endpoint' ? scope.endpointId : null))),
    plainArray(told.map(({ lastFailedAt }) => lastFailedAt)),
    plainArray(answers.map(({ place }) => place)),
    plainArray(answers.map(({ status }) => status)),
    plainArray(answers.map(({ times }) => times)),
    ...FIGURES.map((figure) => plainArray(told.map(({ counts }) => counts[figure]))),
  ]);
}

/** See `Tallies.tallies`. */
export async function tallies(
  database: Database,
  scope: Scope,
  tier: Tier,
  since: WallMs,
  until: WallMs,
): Promise<TallySlot[]> {
  const values: Value[] = [tier, since, until, SLOT_MS[tier], ...namesOf(scope)];
  const rows = await database.read<ChartRow>(CHART, values);
  return rows.map(({ at, pending, statuses, ...figures }) => ({
    at: wall(at),
    pending,
    counts: { ...figures, statuses: readStatusCounts(statuses) },
  }));
}

/** See `Tallies.pruneTallies`. */
export async function pruneTallies(
  database: Database,
  before: Readonly<Record<Tier, WallMs>>,
  limit: number,
): Promise<number> {
  const [row] = await database.work<{ removed: number }>(PRUNE, [limit, ...TIERS.map((tier) => before[tier])]);
  return row?.removed ?? 0;
}

function namesOf(scope: Scope): [tenant: TenantId | null, endpoint: EndpointId | null] {
  if (scope.kind === 'installation') return [null, null];
  return [scope.tenantId, scope.kind === 'endpoint' ? scope.endpointId : null];
}
