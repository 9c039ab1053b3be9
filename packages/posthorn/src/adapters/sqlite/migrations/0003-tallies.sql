-- How much happened, added up per slot of time. Clustered by slot: what is written together lies together, and what is old
-- goes from the front.
create table tally (
  -- 1 minutes, 2 hours, 3 days.
  tier integer not null,
  -- When the slot begins.
  at integer not null,
  -- 0 and 0 is the whole installation; a tenant and 0 is that tenant.
  tenant integer not null,
  endpoint integer not null,
  -- Events.
  accepted integer not null,
  -- Attempts, and those of them that failed.
  attempts integer not null,
  failed integer not null,
  -- Deliveries.
  succeeded integer not null,
  exhausted integer not null,
  last_failed_at integer,
  -- The most deliveries that were seen pending.
  pending integer,
  -- Attempts by outcome.
  outcome_succeeded integer not null,
  outcome_http_status integer not null,
  outcome_dns_error integer not null,
  outcome_connect_refused integer not null,
  outcome_unreachable integer not null,
  outcome_connect_timeout integer not null,
  outcome_connection_reset integer not null,
  outcome_tls_error integer not null,
  outcome_reply_timeout integer not null,
  outcome_protocol_error integer not null,
  outcome_blocked_address integer not null,
  outcome_interrupted integer not null,
  outcome_local_error integer not null,
  -- Calls that took at most so many milliseconds, and more than those of the class before.
  ms_2 integer not null,
  ms_4 integer not null,
  ms_8 integer not null,
  ms_16 integer not null,
  ms_32 integer not null,
  ms_64 integer not null,
  ms_128 integer not null,
  ms_256 integer not null,
  ms_512 integer not null,
  ms_1024 integer not null,
  ms_2048 integer not null,
  ms_4096 integer not null,
  ms_8192 integer not null,
  ms_16384 integer not null,
  ms_32768 integer not null,
  ms_65536 integer not null,
  primary key (tier, at, tenant, endpoint)
) strict, without rowid;
-- The endpoints with most trouble in a slot, of all tenants and of one.
create index tally_trouble on tally (tier, at, exhausted, failed) where endpoint > 0 and failed > 0;
create index tally_trouble_of_tenant on tally (tier, at, tenant, exhausted, failed) where endpoint > 0 and failed > 0;

-- What of each process has been added up already.
create table tally_writer (
  id blob primary key,
  number integer not null,
  at integer not null
) strict, without rowid;
