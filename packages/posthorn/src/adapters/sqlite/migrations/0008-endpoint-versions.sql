-- Place 3 of the queue is called `paused`: nobody's, because its endpoint is disabled.
drop index queue_held;
create index queue_paused on queue (endpoint) where place = 3;

-- Of each attempt: whose it is, the version of the endpoint's settings it was made with, and the installation's sender
-- profile at that time. Null for attempts from before.
alter table attempt add column tenant integer;
alter table attempt add column version integer;
alter table attempt add column sender integer;
-- Of the attempt that is stored as begun, the same two.
alter table queue add column begun_version integer;
alter table queue add column begun_sender integer;

-- Of the last attempt recorded: its outcome (see codes.ts), its status less 200 and when it began, in milliseconds after the
-- delivery's id was made (see summary.ts). Null before the first one.
alter table queue add column last_outcome integer;
alter table queue add column last_status integer;
alter table queue add column last_at integer;
alter table delivery add column last_outcome integer;
alter table delivery add column last_status integer;
alter table delivery add column last_at integer;

-- People who are signed in to the dashboard: hashes of the browser's token and of the API key it was given for. At most a
-- thousand rows, so that nothing but the key needs an index.
create table session (
  token_hash blob primary key,
  key_hash blob not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null
) strict, without rowid;

-- The producer's own text that an event's id was made from; null if the id was a UUID. Found by it, and by how it begins.
alter table event add column own_id text;
create index event_by_own_id on event (own_id, tenant) where own_id is not null;

-- Lists of deliveries look at an index alone, until they know which rows they want (decision 0017). `type_hash` stands for
-- the event's type (see type-hash.ts); null for deliveries from before: they are looked at for every type.
alter table queue add column type_hash integer;
alter table delivery add column type_hash integer;
update queue set (last_outcome, last_status, last_at) = (
  select case outcome
      when 'succeeded' then 0 when 'http_status' then 1 when 'dns_error' then 2 when 'connect_refused' then 3
      when 'unreachable' then 4 when 'connect_timeout' then 5 when 'connection_reset' then 6 when 'tls_error' then 7
      when 'reply_timeout' then 8 when 'protocol_error' then 9 when 'blocked_address' then 10 when 'interrupted' then 11
      when 'local_error' then 12 end, status - 200, started_at
  from attempt where delivery = queue.id and late = 0 order by number desc limit 1
);
update delivery set (last_outcome, last_status, last_at) = (
  select case outcome
      when 'succeeded' then 0 when 'http_status' then 1 when 'dns_error' then 2 when 'connect_refused' then 3
      when 'unreachable' then 4 when 'connect_timeout' then 5 when 'connection_reset' then 6 when 'tls_error' then 7
      when 'reply_timeout' then 8 when 'protocol_error' then 9 when 'blocked_address' then 10 when 'interrupted' then 11
      when 'local_error' then 12 end, status - 200, started_at
  from attempt where delivery = delivery.id and late = 0 order by number desc limit 1
);
drop index delivery_by_tenant;
create index delivery_by_tenant on delivery (tenant, state, id, type_hash, last_outcome, last_status);
-- Succeeded, yet its last attempt, asked for by hand, did not: few, and a list of failures need not look for them among all.
create index delivery_failed_again on delivery (tenant, id, type_hash, last_outcome, last_status)
where state = 1 and last_outcome > 0;
-- Events of one type are found by looking at event_by_time. The column event.leads is not used any more.
drop index event_of_type;

-- Ids of events are looked for over all tenants, too. Nothing is looked for by tenant alone.
drop index event_by_id;
create unique index event_by_id on event (id, tenant);
-- Deliveries that ended without an attempt: all others are found by their attempts.
create index delivery_untried on delivery (id) where attempts = 0;
-- The texts that an event can be found by, as a JSON list; null if it has none, and then neither table has rows for it.
alter table event add column keys text;
create table event_key (
  key text not null,
  tenant integer not null,
  created_at integer not null,
  id blob not null,
  primary key (key, tenant, created_at, id)
) strict, without rowid;
create table delivery_key (
  key text not null,
  tenant integer not null,
  delivery blob not null,
  primary key (key, tenant, delivery)
) strict, without rowid;

-- What was answered under an idempotency key: hashes of key, caller and path, and of the request; the answer sealed, null
-- while the request is under way. The outcome of its work is there as soon as the work is done: one transaction stores both.
create table idempotency (
  hash blob primary key,
  request blob not null,
  -- Of whatever the request makes: found again instead of made twice.
  id blob not null,
  at integer not null,
  -- One word without any secret; null as long as nothing is done, and for events, whose ids say it.
  outcome text,
  answer blob
) strict, without rowid;
create index idempotency_by_time on idempotency (at);

-- The settings of an endpoint, one row per change of them: documents that only the engine can read (see
-- domain/endpoint/documents.ts). Rows stay as long as an attempt may name them, and go when the endpoint is deleted.
create table endpoint_version (
  endpoint integer not null,
  number integer not null,
  -- The form of the documents.
  codec integer not null,
  settings blob not null,
  sealed blob not null,
  changed_at integer not null,
  changed_by text not null,
  -- When the next version took its place; null for the one in force.
  replaced_at integer,
  primary key (endpoint, number)
) strict;
create index endpoint_version_codec on endpoint_version (codec, endpoint, number);
create index endpoint_version_replaced on endpoint_version (replaced_at, endpoint, number) where replaced_at is not null;

-- What is stored of endpoints so far becomes documents of form 0. The next start writes them in today's form, which takes
-- the encryption key.
insert into endpoint_version (endpoint, number, codec, settings, sealed, changed_at, changed_by)
select key, version, 0,
  cast(json_object('url', url, 'eventTypes', json(event_types), 'description', description,
    'scheduleMs', json(schedule_ms), 'connectTimeoutMs', connect_timeout_ms, 'replyTimeoutMs', reply_timeout_ms) as blob),
  sealed, updated_at, 'unknown'
from endpoint where deleted_at is null;

-- An id that the application chose.
alter table endpoint add column uid text;
-- 0 active, 2 disabled; 1 is reserved.
alter table endpoint add column state integer not null default 0;
-- Of its URL: the host for people, and a keyed hash by which equal ones are found. Both are empty once it was deleted.
alter table endpoint add column host text not null default '';
alter table endpoint add column url_key blob not null default x'';
update endpoint set state = 2 where enabled = 0;
alter table endpoint drop column url;
alter table endpoint drop column event_types;
alter table endpoint drop column description;
alter table endpoint drop column schedule_ms;
alter table endpoint drop column connect_timeout_ms;
alter table endpoint drop column reply_timeout_ms;
alter table endpoint drop column enabled;
alter table endpoint drop column sealed;
create unique index endpoint_by_uid on endpoint (tenant, uid) where uid is not null and deleted_at is null;
create index endpoint_by_url on endpoint (tenant, url_key) where deleted_at is null;

-- How the installation dressed its calls: header names and constant headers, as JSON. Attempts name one by its number.
create table sender_profile (
  number integer primary key,
  facts text not null unique
) strict;

-- When an event's payload and the responses to it were erased.
alter table event add column erased_at integer;

-- A tenant's own retention of payloads and responses, in days; null if it is the installation's.
alter table tenant add column retention_days integer;
create index tenant_retention on tenant (id) where retention_days is not null and deleted_at is null;
-- How far a tenant's events have been looked through for it: no event up to this one is looked at again.
create table erasure (
  tenant integer primary key,
  created_at integer not null,
  event blob not null
) strict;
-- Events that were passed over because a delivery was pending, and when they are looked at again.
create table erasure_later (
  tenant integer not null,
  event blob not null,
  look_at integer not null,
  primary key (event, tenant)
) strict, without rowid;
create index erasure_later_due on erasure_later (tenant, look_at);

-- Attempts that were answered with a status outside 200 to 209, by that status: {"503": 12}. Null if there were none, and
-- for slots from before.
alter table tally add column statuses text;
