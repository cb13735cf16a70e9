package org.guildhall.core.data;

import java.util.UUID;

/**
 * A node's right to run a task: the row of the task as it was when the node picked it. Another node that takes the task over raises the
 * version, and from then on this lease is lost.
 *
 * @param task the name of the task
 * @param tenant whose work it is
 * @param id what the work is about
 * @param version of the row since the node has it
 * @param requests how often the task had been asked for when the run began
 */
public record TaskLease(String task, UUID tenant, UUID id, long version, long requests) {

    /** The second half of the row's key. */
    public String instance() {
        return tenant + "/" + id;
    }

    /** Another node has taken the task over: nothing more may be done under this lease. */
    public static final class Lost extends RuntimeException {

        private static final long serialVersionUID = 1;

        public Lost(TaskLease lease) {
            super(lease.task() + " " + lease.instance() + " was taken over by another node", null, false, false);
        }
    }
}
