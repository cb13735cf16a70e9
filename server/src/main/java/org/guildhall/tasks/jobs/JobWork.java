package org.guildhall.tasks.jobs;

import java.util.List;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The work of a job, in batches of one transaction each. */
@FunctionalInterface
public interface JobWork {

    /**
     * A batch of work that was done.
     *
     * @param next where the next batch begins; null after the last one
     * @param seen the number of things that were looked at
     * @param changed how many of them were changed
     * @param skipped how many of them were left as they are
     * @param failed how many of them couldn't be changed
     * @param words lines for the log of the run
     */
    record Step(@Nullable String next, long seen, long changed, long skipped, long failed, List<String> words) {}

    /**
     * Does one batch. It may run again after a failure, from the same place.
     *
     * @param events gets the audit events of the batch
     * @param from where the batch begins; null for the first one
     */
    Step step(Tx tx, JobTransactions.Events events, @Nullable String from);
}
