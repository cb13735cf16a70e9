/** Receives events of payment providers, stores them and applies them. */
@NullMarked
package org.guildhall.billing.deliveries;

import org.jspecify.annotations.NullMarked;
