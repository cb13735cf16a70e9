/** The rules of plans, grants and transitions: pure functions of the catalog, the provisions and an instant. */
@NullMarked
package org.guildhall.runtime.rules;

import org.jspecify.annotations.NullMarked;
