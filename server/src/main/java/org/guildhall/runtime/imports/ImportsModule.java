package org.guildhall.runtime.imports;

import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.Spec;
import org.guildhall.core.problem.Constraints;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;

/** Wires the part {@code imports}: import and export files, and their jobs. */
public final class ImportsModule {

    private final Db db;
    private final Db jobs;
    private final JobTransactions transactions;
    private final Platform platform;
    private final Members members;
    private final ImportStore imports = new ImportStore();
    private final ExportStore exports = new ExportStore();
    private final MemberStore store = new MemberStore();

    /** @param jobs the connections of the jobs */
    public ImportsModule(Db db, Db jobs, Platform platform, Members members) {
        this.db = db;
        this.jobs = jobs;
        this.transactions = new JobTransactions(jobs);
        this.platform = platform;
        this.members = members;
    }

    /** Binds the operations of this part, and registers its jobs. */
    public void bind(Api api, Spec spec, TaskQueue queue) {
        queue.on(ImportJob.NAME, TaskQueue.Policy.BULK, importing(api.constraints()));
        queue.on(ExportJob.NAME, TaskQueue.Policy.BULK, new ExportJob(jobs, transactions, queue, exports, store));
        queue.on(ExportExpiryJob.NAME, TaskQueue.Policy.DUE, new ExportExpiryJob(transactions, exports));
        new ImportsHandler(imports, spec.form("MemberRow"), queue).bind(api.routes());
        new ExportsHandler(db, exports, queue).bind(api.routes());
    }

    /**
     * The job that processes imports.
     *
     * @param constraints the problem of each database constraint, for the errors of rows
     */
    public TaskQueue.Job importing(Constraints constraints) {
        return new ImportJob(jobs, transactions, platform, constraints, imports, store, members);
    }
}
