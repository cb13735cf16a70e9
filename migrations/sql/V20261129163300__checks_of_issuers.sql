-- Checks of issuers of tokens.
alter table providers.checks drop constraint checks_type;
alter table providers.checks add constraint checks_type check (type in ('http', 'tcp', 'tls', 'dns', 'oauth_issuer', 'database'));
