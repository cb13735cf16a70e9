/** Audit events: who acted, what changed, and the transactions of jobs that leave events. */
@org.jspecify.annotations.NullMarked
package org.guildhall.core.audit;
