create index subscription_changes_of_tenant on billing.subscription_changes (tenant_id, observed_at, id);
create index subscription_changes_of_kind on billing.subscription_changes (tenant_id, kind, observed_at, id);
create index subscription_changes_at_provider on billing.subscription_changes (tenant_id, provider_at);
