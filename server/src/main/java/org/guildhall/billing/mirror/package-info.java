/** The mirror of what payment providers know: accounts, invoices, payments and refunds. */
@NullMarked
package org.guildhall.billing.mirror;

import org.jspecify.annotations.NullMarked;
