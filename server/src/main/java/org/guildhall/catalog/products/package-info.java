/** Products, their prices, and the names by which payment providers know them. */
@NullMarked
package org.guildhall.catalog.products;

import org.jspecify.annotations.NullMarked;
