/** Operational tasks: their states, owners and due dates. */
@NullMarked
package org.guildhall.tasks.operational;

import org.jspecify.annotations.NullMarked;
