-- Finds the delivery that a receiver asks about: all it knows is the id of the call.
create index attempt_by_id on attempt (id);
