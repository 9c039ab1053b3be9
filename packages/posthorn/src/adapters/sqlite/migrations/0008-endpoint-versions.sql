-- Place 3 of the queue is called `paused`: nobody's, because its endpoint is disabled.
drop index queue_held;
create index queue_paused on queue (endpoint) where place = 3;

-- Of each attempt: whose it is, the version of the endpoint's settings it was made with, and the installation's sender
-- profile at that time. Null for attempts from before.
alter table attempt add column tenant integer;
alter table attempt add column version integer;
alter table attempt add column sender integer;

-- Of the last attempt recorded: its outcome (see codes.ts), its status and when it began. Null before the first one.
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
      when 'local_error' then 12 end, status, started_at
  from attempt where delivery = queue.id and late = 0 order by number desc limit 1
);
update delivery set (last_outcome, last_status, last_at) = (
  select case outcome
      when 'succeeded' then 0 when 'http_status' then 1 when 'dns_error' then 2 when 'connect_refused' then 3
      when 'unreachable' then 4 when 'connect_timeout' then 5 when 'connection_reset' then 6 when 'tls_error' then 7
      when 'reply_timeout' then 8 when 'protocol_error' then 9 when 'blocked_address' then 10 when 'interrupted' then 11
      when 'local_error' then 12 end, status, started_at
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
-- while the request is under way.
create table idempotency (
  hash blob primary key,
  request blob not null,
  -- Of whatever the request makes: found again instead of made twice.
  id blob not null,
  at integer not null,
  answer blob
) strict, without rowid;
create index idempotency_by_time on idempotency (at);
