package org.guildhall.providers.domains;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.Tasks;

/** Wires the part {@code domains}. */
public final class DomainsModule implements AutoCloseable {

    private static final int HTTPS = 443;

    private final DomainStore domains = new DomainStore();
    private final DomainJob job;

    /** @param jobs the database for background work */
    public DomainsModule(Db jobs, TaskQueue queue, Outbound outbound) {
        this.job = new DomainJob(jobs, queue, domains, new DomainInspector(outbound.dns(), outbound.addresses(), outbound.tls(), HTTPS));
    }

    /** Registers the task that looks at domains. */
    public void schedule() {
        job.schedule();
    }

    /** The job that this part offers. */
    public Tasks.Job offered() {
        return job.offered();
    }

    /** Binds the operations of this part and declares its constraints. */
    public void bind(Api api) {
        new DomainsHandler(domains, job).bind(api.routes());
        api.constraints()
                .on("domains_name", ALREADY_EXISTS, "/name", "The tenant has this domain.")
                .on("domains_organization", VALIDATION_FAILED, "/organization_id", "There is no such organization.")
                .on("domains_signal", VALIDATION_FAILED, "/signal_id", "There is no such signal.");
    }

    /** Ends the running looks. */
    @Override
    public void close() {
        job.close();
    }
}
