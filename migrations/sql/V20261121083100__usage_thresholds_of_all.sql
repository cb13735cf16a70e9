-- Thresholds are listed across organizations, by when they were reached.
create index usage_thresholds_created on runtime.usage_thresholds (tenant_id, created_at, id);
create index usage_thresholds_of_key_created on runtime.usage_thresholds (tenant_id, resource_key, created_at, id);
drop index runtime.usage_thresholds_of_key;
