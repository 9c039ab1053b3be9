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

-- Of the last attempt recorded: its outcome, its status and when it began. Null before the first one, and for deliveries
-- whose last attempt is from before.
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
