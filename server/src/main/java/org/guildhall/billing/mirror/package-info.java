/** The mirror of what payment providers know: the order in which events and answers change it. The parts that use it keep the objects. */
@NullMarked
package org.guildhall.billing.mirror;

import org.jspecify.annotations.NullMarked;
