-- The embedded store. Pending work lives in `queue`, which stays small; finished work is appended to `delivery` and
-- `attempt`. Ids are UUIDs as 16 bytes; integer keys never leave the store. Times are milliseconds: `due` and `steady` on
-- the steady clock, everything called `…_at` on the wall clock.

create table tenant (
  -- Never reused: what is left of a deleted tenant must not pass to another.
  key integer primary key autoincrement,
  id text not null,
  name text not null,
  created_at integer not null,
  updated_at integer not null,
  -- Of its catalog; drawn from one counter for all tenants, so it never repeats.
  revision integer not null,
  deleted_at integer
) strict;
create unique index tenant_live on tenant (id) where deleted_at is null;

create table endpoint (
  key integer primary key autoincrement,
  id blob not null unique,
  tenant integer not null,
  url text not null,
  -- JSON list; null wants every type.
  event_types text,
  description text not null,
  -- JSON list.
  schedule_ms text not null,
  connect_timeout_ms integer not null,
  reply_timeout_ms integer not null,
  enabled integer not null,
  created_at integer not null,
  updated_at integer not null,
  -- Empty once deleted.
  sealed blob not null,
  version integer not null,
  deleted_at integer
) strict;
create index endpoint_live on endpoint (tenant, id) where deleted_at is null;

create table event (
  key integer primary key,
  tenant integer not null,
  id blob not null,
  created_at integer not null,
  type text not null,
  fingerprint blob not null,
  -- Per delivery its id and its endpoint's id, 32 bytes: answers a repeated request without an index.
  deliveries blob not null,
  body blob not null
) strict;
create unique index event_by_id on event (tenant, id);
create index event_by_time on event (tenant, created_at, id);

create table queue (
  id blob primary key,
  tenant integer not null,
  endpoint integer not null,
  event integer not null,
  -- 0 leased, 1 due, 2 backlog, 3 held. A delivery born leased and recorded touches no index but the primary key.
  place integer not null,
  -- Whose it is while leased.
  owner integer,
  due integer,
  attempts integer not null default 0,
  failures integer not null default 0,
  interruptions integer not null default 0,
  suspect integer not null default 0,
  -- What a manual attempt goes back to: 0 pending and its due time, or a final state and when it was reached.
  resume_state integer,
  resume_at integer,
  -- The attempt that is stored as begun.
  begun_id blob,
  begun_at integer
) strict, without rowid;
create index queue_due on queue (due) where place = 1;
create index queue_backlog on queue (endpoint) where place = 2;
create index queue_held on queue (endpoint) where place = 3;
create index queue_due_of_endpoint on queue (endpoint) where place = 1;

-- What still has to be moved of an endpoint's pending work: cancelled at that moment, or made due at that time.
create table sweep (
  endpoint integer primary key,
  cancelled_at integer,
  due integer
) strict;

create table delivery (
  endpoint integer not null,
  -- 1 succeeded, 2 exhausted, 3 cancelled.
  state integer not null,
  id blob not null,
  tenant integer not null,
  event integer not null,
  attempts integer not null,
  failures integer not null,
  interruptions integer not null,
  ended_at integer not null,
  primary key (endpoint, state, id)
) strict, without rowid;
create index delivery_by_tenant on delivery (tenant, state, id);

create table attempt (
  delivery blob not null,
  id blob not null,
  number integer not null,
  manual integer not null,
  late integer not null,
  started_at integer not null,
  connect_ms real,
  duration_ms real not null,
  repeated integer not null,
  outcome text not null,
  error text,
  -- All null when there was no response.
  status integer,
  truncated integer,
  -- JSON list of [name, value].
  headers text,
  body blob,
  primary key (delivery, id)
) strict, without rowid;

create table owner (
  key integer primary key autoincrement,
  id blob not null unique,
  beat integer not null
) strict;

create table boot (
  id text primary key,
  offset_ms real not null
) strict, without rowid;

-- `revision`: the last one given to a catalog. `steady`: the latest steady time that a heartbeat told.
create table counter (
  name text primary key,
  value real not null
) strict, without rowid;
insert into counter (name, value) values ('revision', 0), ('steady', 0);

create table kept (
  name text primary key,
  value blob not null
) strict, without rowid;
