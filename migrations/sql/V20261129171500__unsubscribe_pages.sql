-- What an unsubscribe page tells of its tenant. Additive: an older server doesn't read the new columns.
create or replace view platform.tasks_tenants with (security_invoker = true) as
select id as tenant_id, mode, name from platform.tenants where id = platform.app_tenant();

alter table tasks.message_preferences add column unsubscribe_text text;
grant update (unsubscribe_text) on tasks.message_preferences to guildhall_app;
