/** Asks payment providers for objects, and applies the answers to the mirror. */
@NullMarked
package org.guildhall.billing.reconciliation;

import org.jspecify.annotations.NullMarked;
