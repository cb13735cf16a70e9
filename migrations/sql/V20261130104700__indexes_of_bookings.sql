-- Indexes for lists of bookings.

create index bookings_place on schedule.bookings (tenant_id, place_order, id);
create index bookings_open on schedule.bookings (tenant_id, state, created_at, id) where state in ('held', 'waitlisted', 'offered');
