@NullMarked
package org.guildhall.catalog;

import org.jspecify.annotations.NullMarked;
