/** The coupons of payment providers, and the products of the catalog to which they are limited. */
@NullMarked
package org.guildhall.billing.coupons;

import org.jspecify.annotations.NullMarked;
