/** The events and objects of payment providers, in the server's own words. */
@NullMarked
package org.guildhall.billing.events;

import org.jspecify.annotations.NullMarked;
