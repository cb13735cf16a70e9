/** The event feed: the tenant's changes in the order of their commits, for programs that follow it. */
@NullMarked
package org.guildhall.platform.events;

import org.jspecify.annotations.NullMarked;
