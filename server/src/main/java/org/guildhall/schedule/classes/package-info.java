/** What a session begins with: class types and locations. */
@NullMarked
package org.guildhall.schedule.classes;

import org.jspecify.annotations.NullMarked;
