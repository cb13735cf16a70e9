-- Runs after every migration: the server compares the schema's version with its own before it serves.
grant usage on schema guildhall_migrations to guildhall_app, guildhall_readonly, guildhall_backup;
grant select on guildhall_migrations.flyway_schema_history to guildhall_app, guildhall_readonly, guildhall_backup;
