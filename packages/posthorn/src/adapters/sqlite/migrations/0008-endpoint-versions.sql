-- Place 3 of the queue is called `paused`: nobody's, because its endpoint is disabled.
drop index queue_held;
create index queue_paused on queue (endpoint) where place = 3;
