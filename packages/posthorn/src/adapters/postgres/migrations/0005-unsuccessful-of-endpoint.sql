-- What went wrong at an endpoint, however much went well: without it, a list that finds nothing reads all that it has.
create index delivery_unsuccessful_of_endpoint on posthorn.delivery (endpoint_id, id) where state <> 'succeeded';
