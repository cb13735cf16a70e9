/** The catalog: everything that can be sold and granted. Its parts keep it; {@link org.guildhall.catalog.Catalog} is the door. */
@NullMarked
package org.guildhall.catalog;

import org.jspecify.annotations.NullMarked;
