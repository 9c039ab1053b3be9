-- A delivery that nobody has because its endpoint is disabled is `paused`. It was called `held`, which is also said of
-- deliveries in a process's hands.
alter table posthorn.queue drop constraint queue_place_check;
update posthorn.queue set place = 'paused' where place = 'held';
alter table posthorn.queue add constraint queue_place_check check (place in ('leased', 'due', 'backlog', 'paused'));
drop index posthorn.queue_held;
create index queue_paused on posthorn.queue (endpoint_id, id) where place = 'paused';
