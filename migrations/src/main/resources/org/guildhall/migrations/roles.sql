-- The roles of Guildhall in this database. Run once as a superuser, or again at any time: it changes nothing twice.
--
--   guildhall_owner     owns every object, logs in nowhere
--   guildhall_migrator  becomes the owner as it logs in
--   guildhall_app       the server: owns nothing, bound by every policy
--   guildhall_readonly  a person who looks: bound by every policy, writes nothing
--   guildhall_backup    reads past the policies, and nothing else

do $$
declare
    name text;
begin
    foreach name in array array ['guildhall_owner', 'guildhall_migrator', 'guildhall_app', 'guildhall_readonly', 'guildhall_backup'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I', name);
        end if;
    end loop;
    -- A role that somebody made beforehand, with more than it may have, would look past the tenants' policies.
    select string_agg(rolname, ', ') into name
    from pg_roles
    where rolname in ('guildhall_owner', 'guildhall_migrator', 'guildhall_app', 'guildhall_readonly')
      and (rolsuper or rolbypassrls or rolcreaterole or rolreplication);
    if name is not null then
        raise exception 'these roles exist with privileges that Guildhall must not have: %', name
            using hint = 'alter role … nosuperuser nobypassrls nocreaterole noreplication, then run this again.';
    end if;
end $$;

alter role guildhall_owner nologin;
alter role guildhall_migrator login noinherit;
alter role guildhall_app login;
alter role guildhall_readonly login;
alter role guildhall_backup login bypassrls;
grant guildhall_owner to guildhall_migrator with inherit false, set true;

-- What a migration makes belongs to the owner. It may run long, but must not queue every request behind a lock that it waits for.
alter role guildhall_migrator set role = 'guildhall_owner';
alter role guildhall_migrator set lock_timeout = '10s';

alter role guildhall_app set statement_timeout = '5s';
alter role guildhall_app set lock_timeout = '2s';
alter role guildhall_app set idle_in_transaction_session_timeout = '10s';
alter role guildhall_app set search_path = '';
-- The server's statements are made for the plan that fits all their values, and planning them for each call takes longer than they run.
alter role guildhall_app set plan_cache_mode = 'force_generic_plan';

alter role guildhall_readonly set statement_timeout = '60s';
alter role guildhall_readonly set idle_in_transaction_session_timeout = '60s';
alter role guildhall_readonly set default_transaction_read_only = on;
alter role guildhall_readonly set search_path = '';

alter role guildhall_backup set default_transaction_read_only = on;
alter role guildhall_backup set search_path = '';

-- Nobody else comes in, and nobody has a place of their own.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to guildhall_migrator, guildhall_app, guildhall_readonly, guildhall_backup', current_database());
    execute format('grant create on database %I to guildhall_owner', current_database());
end $$;
revoke all on schema public from public;

-- Exclusion constraints over a tenant, a key and a time range need it.
create extension if not exists btree_gist with schema public;
