-- Why a grant was revoked, as whoever did it said.
alter table runtime.grants add column end_reason text;
grant update (end_reason) on runtime.grants to guildhall_app;
