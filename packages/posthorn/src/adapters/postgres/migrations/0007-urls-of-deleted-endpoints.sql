-- A deleted endpoint's URL may carry a token, and nothing shows it any more: wiped, as it is from now on with the rest.
update posthorn.endpoint set url = '' where deleted_at is not null;
