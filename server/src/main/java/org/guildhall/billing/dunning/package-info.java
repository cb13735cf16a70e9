/** Dunning: messages about failed payments, and the suspension of what they would pay for. */
@NullMarked
package org.guildhall.billing.dunning;

import org.jspecify.annotations.NullMarked;
