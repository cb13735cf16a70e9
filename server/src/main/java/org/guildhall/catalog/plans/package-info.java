/** Plan ladders, and the tiers that products fill. */
@NullMarked
package org.guildhall.catalog.plans;

import org.jspecify.annotations.NullMarked;
