-- A delivery that nobody has because its endpoint is disabled is `paused`. It was called `held`, which is also said of
-- deliveries in a process's hands.
alter table posthorn.queue drop constraint queue_place_check;
update posthorn.queue set place = 'paused' where place = 'held';
alter table posthorn.queue add constraint queue_place_check check (place in ('leased', 'due', 'backlog', 'paused'));
drop index posthorn.queue_held;
create index queue_paused on posthorn.queue (endpoint_id, id) where place = 'paused';

-- Of each attempt: whose it is, the version of the endpoint's settings it was made with, and the installation's sender
-- profile at that time. Null for attempts from before. Columns without a default: no row is rewritten.
alter table posthorn.attempt add column tenant bigint, add column version integer, add column sender integer;
-- Of the attempt that is stored as begun, the same two.
alter table posthorn.queue add column begun_version integer, add column begun_sender integer;

-- Of the last attempt recorded: its outcome, its status and when it began. Null before the first one.
alter table posthorn.queue add column last_outcome text, add column last_status integer, add column last_at bigint;
alter table posthorn.delivery add column last_outcome text, add column last_status integer, add column last_at bigint;

-- People who are signed in to the dashboard, known to every process: hashes of the browser's token and of the API key it was
-- given for. At most a thousand rows, so that nothing but the key needs an index.
create table posthorn.session (
  token_hash bytea primary key,
  key_hash bytea not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null
);

-- The producer's own text that an event's id was made from; null if the id was a UUID. Found by it, and by how it begins.
alter table posthorn.event add column own_id text collate "C";
create index event_own_id on posthorn.event (own_id, tenant) where own_id is not null;

-- Deliveries from before get theirs from their attempts. The table is rewritten: three to six seconds per million.
update posthorn.queue set last_outcome = last.outcome, last_status = last.status, last_at = last.started_at
from (
  select distinct on (delivery_id) delivery_id, outcome, status, started_at from posthorn.attempt where not late
  order by delivery_id, number desc
) as last
where last.delivery_id = queue.id;
update posthorn.delivery set last_outcome = last.outcome, last_status = last.status, last_at = last.started_at
from (
  select distinct on (delivery_id) delivery_id, outcome, status, started_at from posthorn.attempt where not late
  order by delivery_id, number desc
) as last
where last.delivery_id = delivery.id;
-- A delivery that succeeded and whose later attempt, asked for by hand, did not, belongs to those as well (decision 0017).
drop index posthorn.delivery_unsuccessful;
create index delivery_failed on posthorn.delivery (tenant, id)
  where state <> 'succeeded' or last_outcome <> 'succeeded';
drop index posthorn.delivery_unsuccessful_of_endpoint;
create index delivery_failed_of_endpoint on posthorn.delivery (endpoint_id, id)
  where state <> 'succeeded' or last_outcome <> 'succeeded';

-- Ids of events are looked for over all tenants, too. Nothing is looked for by tenant alone.
alter table posthorn.event drop constraint event_pkey, add primary key (id, tenant);
-- Deliveries that ended without an attempt: all others are found by their attempts.
create index delivery_untried on posthorn.delivery (id) where attempts = 0;
-- The texts that an event can be found by; null if it has none, and then neither table has rows for it.
alter table posthorn.event add column keys text[];
create table posthorn.event_key (
  key text collate "C" not null,
  tenant bigint not null,
  created_at bigint not null,
  event_id uuid not null,
  primary key (key, tenant, created_at, event_id)
);
-- Finds those that go with their event, or its deliveries.
create index event_key_event on posthorn.event_key (event_id, tenant);
create table posthorn.delivery_key (
  key text collate "C" not null,
  tenant bigint not null,
  delivery_id uuid not null,
  primary key (key, tenant, delivery_id)
);
create index delivery_key_delivery on posthorn.delivery_key (delivery_id);

-- What was answered under an idempotency key: hashes of key, caller and path, and of the request; the answer sealed, null
-- while the request is under way. The outcome of its work is there as soon as the work is done: one transaction stores both.
create table posthorn.idempotency (
  hash bytea primary key,
  request bytea not null,
  -- Of whatever the request makes: found again instead of made twice.
  id uuid not null,
  at bigint not null,
  -- One word without any secret; null as long as nothing is done, and for events, whose ids say it.
  outcome text,
  answer bytea
);
create index idempotency_at on posthorn.idempotency (at);

-- The settings of an endpoint, one row per change of them: documents that only the engine can read (see
-- domain/endpoint/documents.ts). Rows stay as long as an attempt may name them, and go when the endpoint is deleted.
create table posthorn.endpoint_version (
  endpoint_id uuid not null,
  number integer not null,
  -- The form of the documents.
  codec integer not null,
  settings bytea not null,
  sealed bytea not null,
  changed_at bigint not null,
  changed_by text not null,
  -- When the next version took its place; null for the one in force.
  replaced_at bigint,
  primary key (endpoint_id, number)
);
create index endpoint_version_codec on posthorn.endpoint_version (codec, endpoint_id, number);
create index endpoint_version_replaced on posthorn.endpoint_version (replaced_at, endpoint_id, number)
  where replaced_at is not null;

-- What is stored of endpoints so far becomes documents of form 0. The next start writes them in today's form, which takes
-- the encryption key.
insert into posthorn.endpoint_version (endpoint_id, number, codec, settings, sealed, changed_at, changed_by)
select id, version, 0,
  convert_to(json_build_object('url', url, 'eventTypes', event_types, 'description', description,
    'scheduleMs', schedule_ms, 'connectTimeoutMs', connect_timeout_ms, 'replyTimeoutMs', reply_timeout_ms)::text, 'UTF8'),
  sealed, updated_at, 'unknown'
from posthorn.endpoint where deleted_at is null;

alter table posthorn.endpoint
  -- An id that the application chose.
  add column uid text collate "C",
  add column state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
  -- Of its URL: the host for people, and a keyed hash by which equal ones are found. Both are empty once it was deleted.
  add column host text not null default '',
  add column url_key bytea not null default '';
update posthorn.endpoint set state = 'disabled' where not enabled;
alter table posthorn.endpoint
  drop column url, drop column event_types, drop column description, drop column schedule_ms,
  drop column connect_timeout_ms, drop column reply_timeout_ms, drop column enabled, drop column sealed;
create unique index endpoint_uid on posthorn.endpoint (tenant, uid) where uid is not null and deleted_at is null;
create index endpoint_url on posthorn.endpoint (tenant, url_key) where deleted_at is null;

-- How the installation dressed its calls: header names and constant headers, as JSON. Attempts name one by its number.
create table posthorn.sender_profile (
  number integer generated always as identity primary key,
  facts text collate "C" not null unique
);

-- When an event's payload and the responses to it were erased.
alter table posthorn.event add column erased_at bigint;

-- A tenant's own retention of payloads and responses, in days; null if it is the installation's.
alter table posthorn.tenant add column retention_days integer;
create index tenant_retention on posthorn.tenant (id) where retention_days is not null and deleted_at is null;
-- How far a tenant's events have been looked through for it: no event up to this one is looked at again. It is no part of
-- posthorn.tenant, whose rows accepts lock.
create table posthorn.erasure (
  tenant bigint primary key references posthorn.tenant on delete cascade,
  created_at bigint not null default -1,
  event_id uuid not null default '00000000-0000-0000-0000-000000000000'
) with (fillfactor = 50);
-- Events that were passed over because a delivery was pending, and when they are looked at again.
create table posthorn.erasure_later (
  tenant bigint not null,
  event_id uuid not null,
  look_at bigint not null,
  primary key (event_id, tenant)
);
create index erasure_later_due on posthorn.erasure_later (tenant, look_at);

-- Attempts that were answered with a status outside 200 to 209, by that status: {"503": 12}. Null if there were none, and
-- for slots from before.
alter table posthorn.tally add column statuses jsonb;
