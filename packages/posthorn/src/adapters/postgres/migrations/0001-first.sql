-- Everything Posthorn keeps lies in one schema of its own, so that it can live beside an application's tables.
-- Times: `…_at` in milliseconds. Due times are on the steady clock, all others on the wall clock. Ids are UUIDs; `key`s
-- are internal and never leave the database.

create sequence posthorn.catalog_revision;

create table posthorn.tenant (
  key bigint generated always as identity primary key,
  id text collate "C" not null,
  name text not null,
  created_at bigint not null,
  updated_at bigint not null,
  -- Drawn from one sequence: a tenant created anew under an old id goes on with higher revisions.
  revision bigint not null default nextval('posthorn.catalog_revision'),
  -- Set when it was deleted; the row stays until all history of it has been removed.
  deleted_at bigint
);
create unique index tenant_live on posthorn.tenant (id) where deleted_at is null;
create index tenant_deleted on posthorn.tenant (key) where deleted_at is not null;

create table posthorn.endpoint (
  key bigint generated always as identity primary key,
  id uuid not null unique,
  tenant bigint not null references posthorn.tenant,
  url text not null,
  event_types text[],
  description text not null,
  schedule_ms float8[] not null,
  connect_timeout_ms float8 not null,
  reply_timeout_ms float8 not null,
  enabled boolean not null,
  created_at bigint not null,
  updated_at bigint not null,
  sealed bytea not null,
  version integer not null,
  -- Set when it was deleted; the row stays as long as history names it.
  deleted_at bigint
);
create index endpoint_live on posthorn.endpoint (tenant, id) where deleted_at is null;
create index endpoint_deleted on posthorn.endpoint (deleted_at) where deleted_at is not null;

-- Written once, read when a claim needs the body. Bodies are not compressed: it costs more time than all the rest.
create table posthorn.event (
  tenant bigint not null,
  created_at bigint not null,
  id uuid not null,
  type text not null,
  fingerprint bytea not null,
  -- What its acceptance answered, in that order: its deliveries and, at the same places, their endpoints.
  deliveries uuid[] not null,
  endpoints uuid[] not null,
  body bytea not null,
  primary key (tenant, id)
);
alter table posthorn.event alter column body set storage external;
-- Partial, though it holds every row: it is for lists only, and no search by id must ever choose it.
create index event_newest on posthorn.event (tenant, created_at, id) where created_at >= 0;

-- The hot table: only what is pending. A row is inserted, moved a few times and deleted.
create table posthorn.queue (
  id uuid primary key,
  endpoint_id uuid not null,
  event_id uuid not null,
  tenant bigint not null,
  -- leased: somebody's; due, backlog, held: nobody's (see seams/store/queue).
  place text not null check (place in ('leased', 'due', 'backlog', 'held')),
  owner uuid check ((owner is not null) = (place = 'leased')),
  due_at bigint check ((due_at is not null) = (place = 'due')),
  attempts integer not null default 0,
  failures integer not null default 0,
  interruptions integer not null default 0,
  suspect boolean not null default false,
  event_type text not null,
  -- What it goes back to when the one attempt asked for by hand fails: `pending` at a due time, or a final state and when
  -- it was reached.
  resume_state text,
  resume_at bigint,
  -- An attempt whose start was stored.
  begun_attempt uuid,
  begun_at bigint
) with (
  fillfactor = 85,
  -- Vacuum after some thousand dead rows, whatever the size of the table, and without pauses.
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_insert_threshold = 50000,
  autovacuum_vacuum_cost_delay = 0
);
create index queue_due on posthorn.queue (due_at, id) where place = 'due';
create index queue_backlog on posthorn.queue (endpoint_id, id) where place = 'backlog';
create index queue_held on posthorn.queue (endpoint_id, id) where place = 'held';
create index queue_owner on posthorn.queue (owner) where place = 'leased';
-- Partial, though it holds every row: it is for lists only, and no search by id must ever choose it.
create index queue_tenant on posthorn.queue (tenant, id) where attempts >= 0;

-- Deliveries that are settled.
create table posthorn.delivery (
  tenant bigint not null,
  ended_at bigint not null,
  id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  attempts integer not null,
  failures integer not null,
  interruptions integer not null,
  event_type text not null,
  state text not null check (state in ('succeeded', 'exhausted', 'cancelled')),
  primary key (tenant, id)
);
create index delivery_endpoint on posthorn.delivery (endpoint_id, id);
create index delivery_unsuccessful on posthorn.delivery (tenant, id) where state <> 'succeeded';

-- Append-only: what was attempted stays as it was recorded.
create table posthorn.attempt (
  delivery_id uuid not null,
  id uuid not null,
  started_at bigint not null,
  connect_ms float8,
  duration_ms float8 not null,
  number integer not null,
  -- The response's status; without one, the three columns after it are empty, too.
  status integer,
  manual boolean not null,
  repeated boolean not null,
  late boolean not null,
  truncated boolean,
  outcome text not null,
  error text,
  response_headers json,
  response_body bytea,
  primary key (delivery_id, id)
);
alter table posthorn.attempt alter column response_body set storage external;
-- Late ones are few. Their delivery may be gone before they come.
create index attempt_late on posthorn.attempt (delivery_id) where late;

-- Processes that may hold leases.
create table posthorn.owner (
  id uuid primary key,
  beat bigint not null
) with (fillfactor = 50);

create table posthorn.kept (
  name text primary key,
  value bytea not null
);

create table posthorn.boot (
  id text primary key,
  offset_ms float8 not null
);

-- The latest steady time that any heartbeat brought, in one row.
create table posthorn.clock (
  one boolean primary key default true check (one),
  latest_at bigint not null
) with (fillfactor = 50);
