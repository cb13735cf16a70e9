/** Reads and verifies what GoCardless sends, and asks its API for the objects that its events name. */
@NullMarked
package org.guildhall.billing.gocardless;

import org.jspecify.annotations.NullMarked;
