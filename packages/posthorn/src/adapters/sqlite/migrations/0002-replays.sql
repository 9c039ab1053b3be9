-- Replays, and what is left of each: one row per endpoint that still has deliveries to be looked at.

create table replay (
  -- Never reused: what is due once more names it.
  key integer primary key autoincrement,
  id blob not null unique,
  tenant integer not null,
  -- The only endpoint that was asked for; null for all.
  endpoint integer,
  -- JSON lists; event_types null for every type.
  event_types text,
  states text not null,
  since integer,
  until integer not null,
  rate integer not null,
  total integer not null,
  replayed integer not null,
  skipped integer not null,
  -- 0 running, 1 completed, 2 cancelled.
  state integer not null,
  -- When the next step is due; null once ended.
  due integer,
  created_at integer not null,
  ended_at integer
) strict;
create index replay_by_tenant on replay (tenant, id);
create index replay_due on replay (due) where due is not null;
create index replay_running on replay (tenant) where due is not null;
create index replay_ended on replay (ended_at) where ended_at is not null;

create table replay_part (
  replay integer not null,
  endpoint integer not null,
  -- When it is to be looked at again.
  due integer not null,
  -- The last delivery that was looked at, as 16 bytes.
  cursor blob not null,
  -- Deliveries made due and not done, at the end of the last look.
  outstanding integer not null,
  -- Of those that were counted, how many are still to come.
  remaining integer not null,
  primary key (replay, endpoint)
) strict, without rowid;
create index replay_part_due on replay_part (replay, due);

-- The replay that made it due, until the attempt is recorded.
alter table queue add column replay integer;
create index queue_replay on queue (replay, endpoint) where replay is not null;
