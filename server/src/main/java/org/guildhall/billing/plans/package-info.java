/** The plans that follow from the subscriptions of the mirror. */
@NullMarked
package org.guildhall.billing.plans;

import org.jspecify.annotations.NullMarked;
