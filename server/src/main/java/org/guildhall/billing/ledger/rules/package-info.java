/** The ledger's rules: the transactions that facts ask for, and the difference to what is posted. They read and write nothing. */
@NullMarked
package org.guildhall.billing.ledger.rules;

import org.jspecify.annotations.NullMarked;
