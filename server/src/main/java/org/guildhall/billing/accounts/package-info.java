/** The accounts of payment providers, their mandates and their links to organizations. */
@NullMarked
package org.guildhall.billing.accounts;

import org.jspecify.annotations.NullMarked;
