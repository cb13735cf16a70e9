package org.guildhall.core.data;

import java.util.UUID;

/**
 * A node's right to run a task, as of the version of the task's row when the node picked it. A node that takes the task over raises the
 * version, which ends this lease.
 *
 * @param task the task's name
 * @param tenant the tenant that the work belongs to
 * @param id the resource that the work concerns
 * @param version the row's version since this node picked it
 * @param requests how often the task had been requested when the run began
 */
public record TaskLease(String task, UUID tenant, UUID id, long version, long requests) {

    /** The second part of the row's key. */
    public String instance() {
        return tenant + "/" + id;
    }

    /** Another node has taken the task over; no more work may be done under this lease. */
    public static final class Lost extends RuntimeException {

        private static final long serialVersionUID = 1;

        public Lost(TaskLease lease) {
            super(lease.task() + " " + lease.instance() + " was taken over by another node", null, false, false);
        }
    }
}
