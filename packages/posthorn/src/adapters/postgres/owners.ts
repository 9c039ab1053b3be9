// Who lives: processes register, beat, leave, and take over what a dead one leased. A registered owner's row is locked by
// whoever leases in its name, so that a takeover waits for leases under way and finds them.
import { madeFromOf } from '../../domain/call.ts';
import type { AttemptId, DeliveryId, OwnerId } from '../../domain/ids.ts';
import { type SteadyMs, wall } from '../../domain/time.ts';
import type { CutOffDelivery, OwnerBeat, Start } from '../../seams/store/queue.ts';
import type { Database, Statement } from './connection.ts';
import { unregistered } from './errors.ts';
import { type LeasedRow, leasedDeliveries } from './leased-rows.ts';
import { plainArray } from './sql-values.ts';

/** Deliveries freed per statement, so that a process that held many does not meet the statement's time limit. */
const SLICE = 5_000;

const JOIN: Statement = {
  text: 'insert into posthorn.owner (id, beat) values ($1, 1) on conflict (id) do nothing',
};

export const BEAT: Statement = {
  name: 'beat',
  text: `
with me as (
  update posthorn.owner set beat = beat + 1 where id = $1 returning id
),
latest as (
  insert into posthorn.clock as clock (latest_at)
  select $2 from me
  on conflict (one) do update set latest_at = excluded.latest_at where clock.latest_at < excluded.latest_at
)
select exists (select from me) as registered, owner.id, owner.beat
from (select) as one left join posthorn.owner on owner.id <> $1
`,
};

const LOCK: Statement = { text: 'select from posthorn.owner where id = $1 for key share' };

/** Waits for whoever leases in this name. */
export const LOCK_ALONE: Statement = { text: 'select from posthorn.owner where id = $1 for update' };

const LEAVE: Statement = {
  text: `
delete from posthorn.owner
where id = $1 and not exists (select from posthorn.queue where owner = $1 and place = 'leased')
`,
};

const DECLARE_DEAD: Statement = { text: 'delete from posthorn.owner where id = $1 and beat = $2 returning id' };

const INHERIT: Statement = {
  text: `
with taken as (
  update posthorn.queue
  set owner = $2, suspect = true
  where owner = $1 and place = 'leased' and begun_attempt is not null
  returning *
)
select
  q.id, q.endpoint_id, q.event_id, q.event_type, q.attempts, q.failures, q.interruptions, q.suspect,
  q.resume_state, q.resume_at, q.tenant, q.begun_attempt, q.begun_at,
  q.begun_version, q.begun_sender,
  event.created_at, event.body, tenant.id as tenant_id, tenant.revision
from taken as q
cross join lateral (
  select created_at, body from posthorn.event where event.tenant = q.tenant and event.id = q.event_id offset 0
) as event
cross join lateral (
  select id, revision from posthorn.tenant where key = q.tenant offset 0
) as tenant
order by q.id
`,
};

const FREE: Statement = {
  text: `
with picked as materialized (
  select id from posthorn.queue where owner = $1 and place = 'leased' limit $3
)
update posthorn.queue
set place = 'due', due_at = $2, owner = null, suspect = true
where id = any (array(select id from picked))
returning id
`,
};

export const BEGIN: Statement = {
  name: 'begin',
  text: `
with leased as materialized (
  select q.*, start.attempt, start.at, start.version, start.sender
  from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::int[], $6::int[]) as start (id, attempt, at, version, sender)
  cross join lateral (
    select id, tenant, endpoint_id, event_id, event_type
    from posthorn.queue
    where queue.id = start.id and queue.owner = $1
    for update
  ) as q
)
insert into posthorn.queue (
  id, tenant, endpoint_id, event_id, event_type, place, owner, begun_attempt, begun_at, begun_version, begun_sender
)
select id, tenant, endpoint_id, event_id, event_type, 'leased', $1, attempt, at, version, sender
from leased
on conflict (id) do update
set begun_attempt = excluded.begun_attempt, begun_at = excluded.begun_at, begun_version = excluded.begun_version,
  begun_sender = excluded.begun_sender
returning id
`,
};

interface BegunRow extends LeasedRow {
  readonly begun_attempt: AttemptId;
  readonly begun_at: number;
  readonly begun_version: number | null;
  readonly begun_sender: number | null;
}

/** See `Queue.join`. */
export async function join(database: Database, owner: OwnerId): Promise<void> {
  await database.work(JOIN, [owner]);
}

/** See `Queue.beat`. */
export async function beat(database: Database, owner: OwnerId, now: SteadyMs): Promise<OwnerBeat[] | undefined> {
  const rows = await database.work<{ registered: boolean; id: OwnerId | null; beat: number }>(BEAT, [owner, now]);
  if (rows[0]?.registered !== true) return undefined;
  return rows.flatMap((row) => (row.id === null ? [] : [{ owner: row.id, beat: row.beat }]));
}

/** See `Queue.leave`. */
export async function leave(database: Database, owner: OwnerId): Promise<void> {
  await database.transaction(async (query) => {
    // Leases under way are finished before it is looked whether any is left.
    await query(LOCK_ALONE, [owner]);
    await query(LEAVE, [owner]);
  });
}

/** See `Queue.begin`. */
export async function begin(database: Database, owner: OwnerId, starts: readonly Start[]): Promise<DeliveryId[]> {
  if (starts.length === 0) return [];
  const sorted = starts.toSorted((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1));
  const rows = await database.work<{ id: DeliveryId }>(BEGIN, [
    owner,
    plainArray(sorted.map(({ deliveryId }) => deliveryId)),
    plainArray(sorted.map(({ attemptId }) => attemptId)),
    plainArray(sorted.map(({ startedAt }) => startedAt)),
    plainArray(sorted.map(({ madeFrom }) => madeFrom.version)),
    plainArray(sorted.map(({ madeFrom }) => madeFrom.sender)),
  ]);
  return rows.map(({ id }) => id);
}

/** See `Queue.takeOver`. */
export function takeOver(
  database: Database,
  heir: OwnerId,
  dead: OwnerBeat,
  now: SteadyMs,
): Promise<CutOffDelivery[] | undefined> {
  return database.transaction(async (query) => {
    if ((await query(LOCK, [heir])).length === 0) throw unregistered(heir);
    if ((await query(DECLARE_DEAD, [dead.owner, dead.beat])).length === 0) return undefined;
    const begun = await query<BegunRow>(INHERIT, [dead.owner, heir]);
    while ((await query(FREE, [dead.owner, now, SLICE])).length === SLICE);
    const deliveries = leasedDeliveries(begun);
    return begun.flatMap((row, index) => {
      const delivery = deliveries[index];
      if (delivery === undefined) return [];
      const madeFrom = madeFromOf(row.begun_version, row.begun_sender);
      return [{ delivery, attemptId: row.begun_attempt, startedAt: wall(row.begun_at), madeFrom }];
    });
  });
}
