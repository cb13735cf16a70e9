-- Attempts of payments are listed by their instant, and by their outcome.
create index payment_attempts_attempted on billing.payment_attempts (tenant_id, attempted_at, id);
create index payment_attempts_in_outcome on billing.payment_attempts (tenant_id, outcome, attempted_at, id);
