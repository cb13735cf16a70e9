/** Bookings of sessions, their waitlists and check-ins. */
@NullMarked
package org.guildhall.schedule.bookings;

import org.jspecify.annotations.NullMarked;
