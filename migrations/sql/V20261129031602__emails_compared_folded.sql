-- Addresses are kept as they were sent and compared folded. Of an address in ASCII the folded form is that in lower case; of any other the
-- server works it out (case folding, and A-labels for the domain) and gives it as the key. What the column holds is compared everywhere.
alter table runtime.persons
    add column email_key text,
    add column email_folded text generated always as (
        case when octet_length(email) = char_length(email) then lower(email collate "C") else coalesce(email_key, email) end) stored;
alter table runtime.invitations
    add column email_key text,
    add column email_folded text generated always as (
        case when octet_length(email) = char_length(email) then lower(email collate "C") else coalesce(email_key, email) end) stored;

drop index runtime.persons_email;
create index persons_email on runtime.persons (tenant_id, email_folded, id) where email_folded is not null;
create index invitations_email on runtime.invitations (tenant_id, organization_id, email_folded, created_at, id);
