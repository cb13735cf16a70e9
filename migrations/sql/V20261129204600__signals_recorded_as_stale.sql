-- The last audit event about the age of a signal's evidence: true if it said that the signal is stale. It follows `stale_since`, which is derived when
-- it is read.
alter table providers.signals add column recorded_stale boolean not null default false;
grant update (recorded_stale) on providers.signals to guildhall_app;
