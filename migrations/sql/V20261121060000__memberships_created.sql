-- All memberships of a tenant are listed in the order in which they were made.
create index memberships_created on runtime.memberships (tenant_id, created_at, id);
