-- What the platform alone may hold is held back by the schema too, and each tenant knows which consumer its administrators' tokens belong to.

-- Tenants are rows of the platform. No other tenant can make one, whatever scopes a mistake would give it.
alter table platform.tenants add constraint tenants_of_the_platform
    check (tenant_id = '00000000-0000-7000-8000-000000000000');
alter table platform.consumers add constraint consumers_tenants_scopes
    check (tenant_id = '00000000-0000-7000-8000-000000000000' or not scopes && array['platform:tenants:read', 'platform:tenants:write']);
alter table platform.tokens add constraint tokens_tenants_scopes
    check (tenant_id = '00000000-0000-7000-8000-000000000000' or not scopes && array['platform:tenants:read', 'platform:tenants:write']);

-- The consumer that tokens of the tenant's administrators belong to; null until the first one is issued.
alter table platform.settings add column administrator_id uuid;
alter table platform.settings add constraint settings_administrator
    foreign key (tenant_id, administrator_id) references platform.consumers (tenant_id, id);
create index settings_administrator on platform.settings (tenant_id, administrator_id);
