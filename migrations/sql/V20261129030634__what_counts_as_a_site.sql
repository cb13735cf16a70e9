-- Whether a resource key counts sites, and whether a site's state counts, each said once.

alter table catalog.resource_keys add counts_sites boolean not null
    generated always as (kind = 'limit' and key = integration_key || '.sites') stored;
alter table runtime.sites add counts boolean not null generated always as (state in ('requested', 'provisioning', 'active')) stored;
alter table runtime.site_states add counts boolean not null generated always as (state in ('requested', 'provisioning', 'active')) stored;
