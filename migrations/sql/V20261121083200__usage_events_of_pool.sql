-- One key's events of an organization are listed page by page by this index, however many there are of its other keys.
drop index runtime.usage_events_of_pool;
create index usage_events_of_pool on runtime.usage_events (tenant_id, pool_id, organization_id, resource_key, occurred_at, id);
