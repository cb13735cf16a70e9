-- Checks that deliver a signed test event. The secret is sealed.
alter table providers.checks drop constraint checks_type;
alter table providers.checks
    add column secret bytea,
    add constraint checks_type check (type in ('http', 'tcp', 'tls', 'dns', 'oauth_issuer', 'webhook_delivery', 'database')),
    add constraint checks_secret check ((type = 'webhook_delivery') = (secret is not null));
grant update (secret) on providers.checks to guildhall_app;
