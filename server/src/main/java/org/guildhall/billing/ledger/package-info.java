/** The ledger: postings that follow from the mirrored invoices, payments, refunds, disputes, payouts and credits. */
@NullMarked
package org.guildhall.billing.ledger;

import org.jspecify.annotations.NullMarked;
