-- Leads to the events of one type. Of those that share a second only the first leads there, so that a busy type costs hardly
-- more than none. Events from before have null, and lead all.
alter table event add column leads integer;
create index event_of_type on event (tenant, type, created_at, leads) where leads is not 0;
