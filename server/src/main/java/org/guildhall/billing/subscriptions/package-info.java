/** The subscriptions of payment providers, and the products of the catalog that their items stand for. */
@NullMarked
package org.guildhall.billing.subscriptions;

import org.jspecify.annotations.NullMarked;
