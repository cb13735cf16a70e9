/** Reads the APIs of payment providers over HTTP. */
@NullMarked
package org.guildhall.billing.calls;

import org.jspecify.annotations.NullMarked;
