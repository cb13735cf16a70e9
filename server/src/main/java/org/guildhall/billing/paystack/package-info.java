/** Reads and verifies what Paystack sends, and asks its API for the objects that its events name. */
@NullMarked
package org.guildhall.billing.paystack;

import org.jspecify.annotations.NullMarked;
