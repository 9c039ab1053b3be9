// Giving deliveries back without an attempt, and finding those that a lost reply left behind.
import type { DeliveryId, EndpointId, OwnerId } from '../../domain/ids.ts';
import type { SteadyMs } from '../../domain/time.ts';
import type { Release } from '../../seams/store/queue.ts';
import type { Database, Statement } from './connection.ts';
import { LOCK_ALONE } from './owners.ts';
import { plainArray } from './sql-values.ts';

// Paused only while the endpoint is disabled; its lock makes somebody who enables it at this moment wait, and then find the
// paused row. Everything else that should be paused is due at once. A ended delivery that was due once more goes back to
// what it was when it is cancelled.
export const RELEASE: Statement = {
  name: 'release',
  text: `
with given as materialized (
  select r.wanted, r.at, q.*
  from unnest($2::uuid[], $3::text[], $4::bigint[]) as r (delivery_id, wanted, at)
  cross join lateral (
    select * from posthorn.queue where queue.id = r.delivery_id and queue.owner = $1 for update
  ) as q
),
decided as materialized (
  select given.*,
    case when wanted = 'paused' and endpoint.disabled is not true then 'due' else wanted end as goes_to,
    at as moment
  from given
  left join lateral (
    select deleted_at is null and state = 'disabled' as disabled
    from posthorn.endpoint
    where endpoint.id = given.endpoint_id and wanted = 'paused'
    for share
  ) as endpoint on true
),
moved as (
  insert into posthorn.queue (id, tenant, endpoint_id, event_id, event_type, place, due_at)
  select id, tenant, endpoint_id, event_id, event_type, goes_to, case when goes_to = 'due' then moment end
  from decided
  where goes_to <> 'cancelled'
  on conflict (id) do update
  set place = excluded.place, owner = null, due_at = excluded.due_at, begun_attempt = null, begun_at = null
),
removed as (
  delete from posthorn.queue where id = any (array(select id from decided where goes_to = 'cancelled'))
),
ended as (
  insert into posthorn.delivery (
    id, tenant, endpoint_id, event_id, event_type, state, attempts, failures, interruptions, ended_at,
    last_outcome, last_status, last_at
  )
  select id, tenant, endpoint_id, event_id, event_type,
    case when resume_state <> 'pending' then resume_state else 'cancelled' end,
    attempts, failures, interruptions,
    case when resume_state <> 'pending' then resume_at else moment end,
    last_outcome, last_status, last_at
  from decided
  where goes_to = 'cancelled'
)
select goes_to, endpoint_id, moment from decided
`,
};

// The leased ids are a hashed set, so that thousands cost no more than one each.
const RECLAIM: Statement = {
  text: `
with picked as materialized (
  select id
  from posthorn.queue
  where owner = $1 and place = 'leased' and id not in (select unnest($2::uuid[]))
  limit $4
)
update posthorn.queue
set place = 'due', due_at = $3, owner = null, begun_attempt = null, begun_at = null
where id = any (array(select id from picked)) and owner = $1
returning id
`,
};

/** Deliveries reclaimed per transaction. */
const RECLAIM_SLICE = 5_000;

/** Where a delivery went. */
export interface Released {
  readonly goes_to: Release['to'];
  readonly endpoint_id: EndpointId;
  /** Its due time, or when it ended. */
  readonly moment: number | null;
}

/** See `Queue.release`. */
export async function release(database: Database, owner: OwnerId, releases: readonly Release[]): Promise<Released[]> {
  if (releases.length === 0) return [];
  // Of two releases of one delivery the first counts: after it nobody holds it.
  const first = new Map<DeliveryId, Release>();
  for (const one of releases) if (!first.has(one.id)) first.set(one.id, one);
  const sorted = [...first.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return await database.work<Released>(RELEASE, [
    owner,
    plainArray(sorted.map(({ id }) => id)),
    plainArray(sorted.map(({ to }) => to)),
    plainArray(sorted.map(momentOf)),
  ]);
}

function momentOf(release: Release): number | null {
  switch (release.to) {
    case 'due':
      return release.dueAt;
    case 'paused':
      return release.now;
    case 'cancelled':
      return release.endedAt;
    case 'backlog':
      return null;
  }
}

/** See `Queue.reclaim`. */
export async function reclaim(
  database: Database,
  owner: OwnerId,
  leased: readonly DeliveryId[],
  now: SteadyMs,
): Promise<number> {
  const values = [owner, plainArray(leased), now, RECLAIM_SLICE];
  for (let reclaimed = 0; ; ) {
    const slice = await database.transaction(async (query) => {
      // A call that leases holds this row until it is committed, even if nobody here waits for its answer any more.
      await query(LOCK_ALONE, [owner]);
      return (await query(RECLAIM, values)).length;
    });
    reclaimed += slice;
    if (slice < RECLAIM_SLICE) return reclaimed;
  }
}
