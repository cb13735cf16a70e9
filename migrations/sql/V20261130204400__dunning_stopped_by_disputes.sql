-- A dispute can end a case. The invoice can get another case when no dispute is in the way any more.
alter table billing.dunning_policies add column stops_on_dispute boolean not null default false;
grant update (stops_on_dispute) on billing.dunning_policies to guildhall_app;

alter table billing.dunning_cases
    drop constraint dunning_cases_drop_reason,
    add constraint dunning_cases_drop_reason check (drop_reason in ('invoice_voided', 'subscription_ended', 'operator', 'dispute'));
drop index billing.dunning_cases_one_of_invoice;
create unique index dunning_cases_one_of_invoice on billing.dunning_cases (tenant_id, invoice_id)
    where state <> 'recovered' and drop_reason is distinct from 'dispute';

create index dunning_cases_held_by on billing.dunning_cases (tenant_id, held_reason, created_at, id) where held_reason is not null;
create index dunning_attempts_of_channel on billing.dunning_attempts (tenant_id, channel, created_at, id) where channel is not null;
