-- Replays, and what is left of each: one row per endpoint that still has deliveries to be looked at.

create table posthorn.replay (
  id uuid primary key,
  tenant bigint not null,
  -- The only endpoint that was asked for; null for all.
  endpoint_id uuid,
  event_types text[],
  states text[] not null,
  since bigint,
  until bigint not null,
  rate integer not null,
  total integer not null,
  replayed integer not null,
  skipped integer not null,
  state text not null check (state in ('running', 'completed', 'cancelled')),
  -- When the next step is due.
  due_at bigint check ((due_at is not null) = (state = 'running')),
  created_at bigint not null,
  ended_at bigint check ((ended_at is null) = (state = 'running'))
) with (fillfactor = 50);
create index replay_newest on posthorn.replay (tenant, id);
create index replay_due on posthorn.replay (due_at) where state = 'running';
create index replay_running on posthorn.replay (tenant) where state = 'running';
create index replay_ended on posthorn.replay (ended_at) where ended_at is not null;

create table posthorn.replay_part (
  replay_id uuid not null,
  endpoint_id uuid not null,
  -- When it is to be looked at again.
  due_at bigint not null,
  -- The last delivery that was looked at.
  cursor uuid not null,
  -- Deliveries made due and not done, at the end of the last look.
  outstanding integer not null,
  -- Of those that were counted, how many are still to come.
  remaining integer not null,
  primary key (replay_id, endpoint_id)
) with (fillfactor = 50);
create index replay_part_due on posthorn.replay_part (replay_id, due_at);

-- The replay that made it due, until the attempt is recorded.
alter table posthorn.queue add column replay_id uuid;
create index queue_replay on posthorn.queue (replay_id, endpoint_id) where replay_id is not null;
