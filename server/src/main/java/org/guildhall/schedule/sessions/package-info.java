/** Sessions and their places. */
@NullMarked
package org.guildhall.schedule.sessions;

import org.jspecify.annotations.NullMarked;
