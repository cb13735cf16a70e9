/** Jobs: work at ticks of a schedule, and its runs. */
@NullMarked
package org.guildhall.tasks.jobs;

import org.jspecify.annotations.NullMarked;
