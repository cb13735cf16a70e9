/** The limits of a node and of all nodes together: requests by caller, and memory for answers. */
@NullMarked
package org.guildhall.core.http.limits;

import org.jspecify.annotations.NullMarked;
