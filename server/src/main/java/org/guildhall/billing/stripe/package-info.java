/** Reads and verifies what Stripe sends, in each version of its API. */
@NullMarked
package org.guildhall.billing.stripe;

import org.jspecify.annotations.NullMarked;
