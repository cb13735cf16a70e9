@NullMarked
package org.guildhall.billing.checkout;

import org.jspecify.annotations.NullMarked;
