/** The tasks room: the work of teams and persons. */
@NullMarked
package org.guildhall.tasks;

import org.jspecify.annotations.NullMarked;
