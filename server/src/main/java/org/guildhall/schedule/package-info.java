/** Sessions of classes and their bookings. The door is {@link org.guildhall.schedule.ScheduleModule} until another room asks for something. */
@NullMarked
package org.guildhall.schedule;

import org.jspecify.annotations.NullMarked;
