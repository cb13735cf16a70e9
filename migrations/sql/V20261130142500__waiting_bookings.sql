-- Few bookings wait. By an index of all bookings of a session, or of those that hold a place, the planner would take each place in the queue to cost as little.
create index bookings_waiting on schedule.bookings (tenant_id, session_id, place_order, id) where state = 'waitlisted';
