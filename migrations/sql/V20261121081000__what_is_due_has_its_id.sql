-- What a transition leads to is called so before it is written down: who reads in between, and afterwards, sees the same provision.
alter table runtime.transitions add column next_provision_id uuid not null default uuidv7();
create unique index transitions_next_provision on runtime.transitions (tenant_id, next_provision_id) where state = 'scheduled';
