/** Calls to addresses that a tenant names. There is no other way out to them. */
@NullMarked
package org.guildhall.core.outbound;

import org.jspecify.annotations.NullMarked;
