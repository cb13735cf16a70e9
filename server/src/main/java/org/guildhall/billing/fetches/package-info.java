/** The objects that payment providers are to be asked for. */
@NullMarked
package org.guildhall.billing.fetches;

import org.jspecify.annotations.NullMarked;
