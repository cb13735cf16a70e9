/** The money that moves at payment providers: payments, their attempts, refunds, disputes and payouts. */
@NullMarked
package org.guildhall.billing.payments;

import org.jspecify.annotations.NullMarked;
