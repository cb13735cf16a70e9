/** Series: sessions that recur by a rule. */
@NullMarked
package org.guildhall.schedule.series;

import org.jspecify.annotations.NullMarked;
