// The statement that accepts: any number of requests' events and deliveries in one round trip and one commit.
import { DatabaseError } from 'pg';
import type { EventId, OwnerId } from '../../domain/ids.ts';
import type { AcceptGroup } from '../../seams/store/queue.ts';
import type { Query, Statement, Value } from './connection.ts';
import { unregistered } from './errors.ts';
import { packBytes, plainArray, textArray } from './sql-values.ts';

// All or nothing: if a catalog has changed, or the owner is not registered, nothing is stored and the answer says why; the
// locks keep both true until the commit. Events that exist are left out, and so are their deliveries, which are read from
// the rows just stored. An event named in $18 may not be left out: then the division ends the whole statement.
export const ACCEPT = acceptStatement('accept', { columns: '', values: '', stores: '' });

/** The same with keys: $22 are keys, $21 the events that they belong to. Most events have none, and pay for nothing. */
const ACCEPT_KEYS = acceptStatement('accept_keys', {
  columns: ', keys',
  values: `,
    (select array_agg(k.key order by k.nr) from unnest($21::uuid[], $22::text[]) with ordinality as k (event, key, nr)
      where k.event = e.id)`,
  stores: `,
event_keys as (
  insert into posthorn.event_key (key, tenant, created_at, event_id)
  select k.key, stored.tenant, stored.created_at, stored.id
  from stored join unnest($21::uuid[], $22::text[]) as k (event, key) on k.event = stored.id
),
delivery_keys as (
  insert into posthorn.delivery_key (key, tenant, delivery_id)
  select k.key, stored.tenant, d.id
  from stored join unnest($21::uuid[], $22::text[]) as k (event, key) on k.event = stored.id
  cross join lateral unnest(stored.deliveries) as d (id)
)`,
});

function acceptStatement(name: string, keys: { columns: string; values: string; stores: string }): Statement {
  return {
    name,
    text: `
with me as materialized (
  select from posthorn.owner where id = $1 for key share
),
tenants as materialized (
  select array_agg(key order by nr) as keys, count(*) as fresh
  from (
    select wanted.nr, tenant.key
    from unnest($2::text[], $3::bigint[]) with ordinality as wanted (id, revision, nr)
    cross join lateral (
      select key
      from posthorn.tenant
      where id = wanted.id and revision = wanted.revision and deleted_at is null
      for share
    ) as tenant
  ) as locked
),
stored as (
  insert into posthorn.event (tenant, id, type, created_at, fingerprint, body, deliveries, endpoints, own_id${keys.columns})
  select
    tenants.keys[e.tenant], e.id, e.type, e.created_at,
    substring($8::bytea from e.print for e.print_size), substring($11::bytea from e.body for e.body_size),
    ($16::uuid[])[e.first : e.last], ($17::uuid[])[e.first : e.last], e.own_id${keys.values}
  from tenants, unnest(
    $4::int[], $5::uuid[], $6::text[], $7::bigint[], $9::int[], $10::int[], $12::int[], $13::int[], $14::int[], $15::int[],
    $20::text[]
  ) as e (tenant, id, type, created_at, print, print_size, body, body_size, first, last, own_id)
  where tenants.fresh = cardinality($2::text[]) and exists (select from me)
  on conflict (tenant, id) do nothing
  returning tenant, id, created_at, type, deliveries, endpoints
),
queued as (
  insert into posthorn.queue (id, endpoint_id, event_id, tenant, event_type, place, owner)
  select
    made.id, made.endpoint, made.event, made.tenant, made.type,
    case when waits then 'backlog' else 'leased' end, case when waits then null else $1::uuid end
  from (
    select d.id, d.endpoint, stored.id as event, stored.tenant, stored.type, d.id in (select unnest($19::uuid[])) as waits
    from stored cross join lateral unnest(stored.deliveries, stored.endpoints) as d (id, endpoint)
    offset 0
  ) as made
)${keys.stores}
select
  exists (select from me) as registered,
  tenants.fresh = cardinality($2::text[]) as fresh,
  case when count(stored.id) = cardinality($5::uuid[]) then null else array_agg(stored.id) end as stored,
  1 / case
    when tenants.fresh = cardinality($2::text[]) and exists (select from me)
      and count(*) filter (where stored.id in (select unnest($18::uuid[]))) < cardinality($18::uuid[])
    then 0 else 1
  end as whole
from tenants left join stored on true
group by tenants.fresh
`,
  };
}

/** SQLSTATE of the division that ends the statement. */
const DIVISION_BY_ZERO = '22012';

export type Stored =
  /** Nothing was stored: an event that may not be left out exists. */
  | 'torn'
  /** Nothing was stored: at least one group's catalog has changed, or its tenant is gone. */
  | 'stale'
  /** Stored, except the events that existed. `ids` are those that did not. */
  | { readonly ids: ReadonlySet<EventId> };

interface Row {
  readonly registered: boolean;
  readonly fresh: boolean;
  readonly stored: readonly (EventId | null)[] | null;
}

/**
 * Stores the groups' events and deliveries. Event ids within all of them differ.
 * @param whole events that must all be new, else nothing is stored
 * @throws StoreUnavailable `unregistered` when `owner` is not registered
 */
export async function storeTogether(
  query: Query,
  owner: OwnerId,
  groups: readonly AcceptGroup[],
  whole: readonly EventId[],
): Promise<Stored> {
  try {
    const keyed = groups.flatMap(({ events }) =>
      events.flatMap(({ event, keys }) => keys.map((key) => ({ id: event.id, key }))),
    );
    const values = parametersOf(owner, groups, whole);
    const [row] =
      keyed.length === 0
        ? await query<Row>(ACCEPT, values)
        : await query<Row>(ACCEPT_KEYS, [
            ...values,
            plainArray(keyed.map(({ id }) => id)),
            textArray(keyed.map(({ key }) => key)),
          ]);
    if (row?.registered !== true) throw unregistered(owner);
    if (!row.fresh) return 'stale';
    const all = row.stored ?? groups.flatMap(({ events }) => events.map(({ event }) => event.id));
    return { ids: new Set(all.filter((id) => id !== null)) };
  } catch (error) {
    if (error instanceof DatabaseError && error.code === DIVISION_BY_ZERO) return 'torn';
    throw error;
  }
}

function parametersOf(owner: OwnerId, groups: readonly AcceptGroup[], whole: readonly EventId[]): Value[] {
  const tenants = new Map<string, number>();
  const events = groups.flatMap((group) => {
    const pair = `${group.tenantId} ${group.revision}`;
    const nr = tenants.get(pair) ?? tenants.size + 1;
    tenants.set(pair, nr);
    return group.events.map((made) => ({ ...made, nr }));
  });
  // Everybody stores in the same order, so that two batches with the same events do not wait for each other in a circle.
  events.sort((a, b) => (a.event.id < b.event.id ? -1 : 1));

  const pairs = [...tenants.keys()].map((pair) => pair.split(' '));
  const prints = packBytes(events.map(({ fingerprint }) => fingerprint));
  const bodies = packBytes(events.map(({ event }) => event.body));
  const deliveries = events.flatMap((made) => made.deliveries);
  const lasts: number[] = [];
  for (const made of events) lasts.push((lasts.at(-1) ?? 0) + made.deliveries.length);
  return [
    owner,
    textArray(pairs.map(([id]) => id ?? null)),
    plainArray(pairs.map(([, revision]) => revision ?? null)),
    plainArray(events.map(({ nr }) => nr)),
    plainArray(events.map(({ event }) => event.id)),
    textArray(events.map(({ event }) => event.type)),
    plainArray(events.map(({ event }) => event.createdAt)),
    prints.packed,
    prints.starts,
    prints.sizes,
    bodies.packed,
    bodies.starts,
    bodies.sizes,
    plainArray(lasts.map((_, index) => (lasts[index - 1] ?? 0) + 1)),
    plainArray(lasts),
    plainArray(deliveries.map(({ id }) => id)),
    plainArray(deliveries.map(({ endpointId }) => endpointId)),
    plainArray(whole),
    plainArray(deliveries.filter(({ place }) => place === 'backlog').map(({ id }) => id)),
    // A shorter array is filled up with nulls: few events have a text of their own.
    events.every(({ ownId }) => ownId === null) ? '{}' : textArray(events.map(({ ownId }) => ownId)),
  ];
}
