/** The mirror of what payment providers know: accounts and invoices. */
@NullMarked
package org.guildhall.billing.mirror;

import org.jspecify.annotations.NullMarked;
