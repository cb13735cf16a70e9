/** The calendars of persons: the feeds of their bookings. */
@NullMarked
package org.guildhall.schedule.calendars;

import org.jspecify.annotations.NullMarked;
