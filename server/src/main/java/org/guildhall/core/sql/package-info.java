/** SQL: statements that are rendered once, lists, and the expressions that stores share. */
@NullMarked
package org.guildhall.core.sql;

import org.jspecify.annotations.NullMarked;
