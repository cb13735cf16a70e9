-- Transports that are HTTP endpoints. Additive: an older server doesn't send through them.
alter table tasks.transports
    alter column host drop not null,
    alter column port drop not null,
    alter column tls drop not null,
    add column url text,
    add column secret bytea,
    drop constraint transports_kind,
    add constraint transports_kind check (kind in ('smtp', 'http')),
    add constraint transports_server check ((kind = 'smtp') = (num_nonnulls(host, port, tls) = 3) and (kind = 'smtp') = (url is null)),
    add constraint transports_secret check ((url is null) = (secret is null));
grant update (url, secret) on tasks.transports to guildhall_app;

alter table tasks.messages add column provider_message_id text;
grant update (provider_message_id) on tasks.messages to guildhall_app;
