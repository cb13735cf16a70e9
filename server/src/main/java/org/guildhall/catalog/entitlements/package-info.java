/** Integrations with their resource keys, and entitlement sets with their rules. */
@NullMarked
package org.guildhall.catalog.entitlements;

import org.jspecify.annotations.NullMarked;
