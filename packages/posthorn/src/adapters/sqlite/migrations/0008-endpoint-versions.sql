-- Place 3 of the queue is called `paused`: nobody's, because its endpoint is disabled.
drop index queue_held;
create index queue_paused on queue (endpoint) where place = 3;

-- Of each attempt: whose it is, the version of the endpoint's settings it was made with, and the installation's sender
-- profile at that time. Null for attempts from before.
alter table attempt add column tenant integer;
alter table attempt add column version integer;
alter table attempt add column sender integer;

-- Of the last attempt recorded: its outcome (see codes.ts), its status and when it began. Null before the first one, and
-- for deliveries whose last attempt is from before.
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
