/** The billing room: a mirror of what payment providers know. */
@NullMarked
package org.guildhall.billing;

import org.jspecify.annotations.NullMarked;
