-- Finds the delivery that a receiver asks about: all it knows is the id of the call.
-- Partial, though it holds every row: no other search must ever choose it.
create index attempt_id on posthorn.attempt (id) where number > 0;
