-- Allowances of bookings. Additive: an older server writes neither the needs of classes nor the holds of bookings.

-- The allowance that each booking of a session uses.
alter table schedule.class_types
    add column needs_resource_key text,
    add column needs_quantity     integer constraint class_types_needs_quantity check (needs_quantity > 0),
    add constraint class_types_needs check ((needs_resource_key is null) = (needs_quantity is null)),
    add constraint class_types_resource_key foreign key (tenant_id, needs_resource_key) references catalog.resource_keys (tenant_id, key);
create index class_types_of_key on schedule.class_types (tenant_id, needs_resource_key) where needs_resource_key is not null;
alter table schedule.sessions
    add column needs_resource_key text,
    add column needs_quantity     integer constraint sessions_needs_quantity check (needs_quantity > 0),
    add constraint sessions_needs check ((needs_resource_key is null) = (needs_quantity is null)),
    add constraint sessions_resource_key foreign key (tenant_id, needs_resource_key) references catalog.resource_keys (tenant_id, key);
create index sessions_of_key on schedule.sessions (tenant_id, needs_resource_key) where needs_resource_key is not null;

-- The organization whose allowance a booking uses, and what it holds of it; the runtime room has the hold itself, by the booking's id.
alter table schedule.bookings
    add column organization_id   uuid,
    add column hold_resource_key text,
    add column hold_quantity     integer constraint bookings_hold_quantity check (hold_quantity > 0),
    add constraint bookings_hold check ((hold_resource_key is null) = (hold_quantity is null)
        and (hold_quantity is null or organization_id is not null and state in ('held', 'booked', 'offered', 'attended', 'no_show', 'late_canceled'))),
    add constraint bookings_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id),
    drop constraint bookings_passed_over_reason,
    add constraint bookings_passed_over_reason check (passed_over_reason in
        ('capacity_exhausted', 'age_not_met', 'booking_overlaps', 'entitlement_exceeded', 'person_archived'));
create index bookings_of_organization on schedule.bookings (tenant_id, organization_id, starts_at, id) where organization_id is not null;

-- Who may use an organization's allowance.
create view runtime.schedule_memberships with (security_invoker = true) as
select tenant_id, person_id, organization_id, starts_at, ends_at from runtime.memberships;
grant select on runtime.schedule_memberships to guildhall_app, guildhall_readonly, guildhall_backup;
