/** The invoices of payment providers with their lines, and the credits that reduce them. */
@NullMarked
package org.guildhall.billing.invoices;

import org.jspecify.annotations.NullMarked;
