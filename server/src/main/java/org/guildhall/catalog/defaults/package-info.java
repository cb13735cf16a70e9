/** Organization types, and the policies by which new organizations of a type get a product. */
@NullMarked
package org.guildhall.catalog.defaults;

import org.jspecify.annotations.NullMarked;
