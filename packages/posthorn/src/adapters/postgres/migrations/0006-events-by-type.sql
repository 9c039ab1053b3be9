-- Lists of one type find its events at once, however many others there are.
-- Partial, though it holds every row: it is for lists only, and no search by id must ever choose it.
create index event_type on posthorn.event (tenant, type, created_at, id) where created_at >= 0;
