/** The tasks that follow from failed payments. */
@NullMarked
package org.guildhall.billing.recovery;

import org.jspecify.annotations.NullMarked;
