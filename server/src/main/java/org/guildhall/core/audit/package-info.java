/** Audit events: the actor, the changed entities, and the transactions of jobs. */
@org.jspecify.annotations.NullMarked
package org.guildhall.core.audit;
