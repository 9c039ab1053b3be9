-- A deleted endpoint's URL may carry a token, and nothing shows it any more: wiped, as it is from now on with the rest.
update endpoint set url = '' where deleted_at is not null;
-- Finds those that were deleted long ago. Nothing else writes to it, accepting and delivering least of all.
create index endpoint_deleted on endpoint (deleted_at) where deleted_at is not null;
-- Finds whether a replay names an endpoint. Written once per replay of one endpoint.
create index replay_of_endpoint on replay (endpoint) where endpoint is not null;
