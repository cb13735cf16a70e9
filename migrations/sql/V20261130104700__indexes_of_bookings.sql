-- Indexes for lists of bookings. The times of a session's bookings are found by the session alone.

create index bookings_place on schedule.bookings (tenant_id, place_order, id);
create index bookings_open on schedule.bookings (tenant_id, state, created_at, id) where state in ('held', 'waitlisted', 'offered');
drop index schedule.bookings_times;
