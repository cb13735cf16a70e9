-- What a job does because it is time to has an actor of the type job, and no consumer behind it.
alter table platform.audit_events alter column actor_id drop not null;
alter table platform.audit_events add constraint audit_events_actor_known check (actor_id is not null or actor_type = 'job');
