-- Messages about bookings name the person. Additive: an older server doesn't read the name.
create or replace view runtime.schedule_persons with (security_invoker = true) as
select tenant_id, id, birth_on, state, name from runtime.persons;
