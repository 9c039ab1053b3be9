-- How much happened, added up per slot of time. The row of a slot that is not over is written every few seconds.
create table posthorn.tally (
  tier text not null check (tier in ('minute', 'hour', 'day')),
  -- When the slot begins.
  at bigint not null,
  -- 0 and the nil UUID are the whole installation; a tenant and the nil UUID are that tenant.
  tenant bigint not null,
  endpoint_id uuid not null,
  -- Events.
  accepted bigint not null,
  -- Attempts, and those of them that failed.
  attempts bigint not null,
  failed bigint not null,
  -- Deliveries.
  succeeded bigint not null,
  exhausted bigint not null,
  last_failed_at bigint,
  -- The most deliveries that were seen pending.
  pending bigint,
  -- Attempts by outcome.
  outcome_succeeded bigint not null,
  outcome_http_status bigint not null,
  outcome_dns_error bigint not null,
  outcome_connect_refused bigint not null,
  outcome_unreachable bigint not null,
  outcome_connect_timeout bigint not null,
  outcome_connection_reset bigint not null,
  outcome_tls_error bigint not null,
  outcome_reply_timeout bigint not null,
  outcome_protocol_error bigint not null,
  outcome_blocked_address bigint not null,
  outcome_interrupted bigint not null,
  outcome_local_error bigint not null,
  -- Calls that took at most so many milliseconds, and more than those of the class before.
  ms_2 bigint not null,
  ms_4 bigint not null,
  ms_8 bigint not null,
  ms_16 bigint not null,
  ms_32 bigint not null,
  ms_64 bigint not null,
  ms_128 bigint not null,
  ms_256 bigint not null,
  ms_512 bigint not null,
  ms_1024 bigint not null,
  ms_2048 bigint not null,
  ms_4096 bigint not null,
  ms_8192 bigint not null,
  ms_16384 bigint not null,
  ms_32768 bigint not null,
  ms_65536 bigint not null,
  primary key (tier, at, tenant, endpoint_id)
) with (
  -- Room for the next state of a row beside the one before.
  fillfactor = 60,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_scale_factor = 0.05
);
-- The endpoints with most trouble in a slot, of all tenants and of one.
create index tally_trouble on posthorn.tally (tier, at, exhausted, failed)
  where failed > 0 and endpoint_id <> '00000000-0000-0000-0000-000000000000';
create index tally_trouble_of_tenant on posthorn.tally (tier, at, tenant, exhausted, failed)
  where failed > 0 and endpoint_id <> '00000000-0000-0000-0000-000000000000';

-- What of each process has been added up already.
create table posthorn.tally_writer (
  id uuid primary key,
  number bigint not null,
  at bigint not null
) with (fillfactor = 50);
