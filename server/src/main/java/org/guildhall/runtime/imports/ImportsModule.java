package org.guildhall.runtime.imports;

import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.Spec;
import org.guildhall.core.problem.Constraints;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;

/** Wires imports and exports, which are a part of the runtime room. */
public final class ImportsModule {

    private final Db db;
    private final Db jobs;
    private final JobTransactions unattended;
    private final Platform platform;
    private final Members members;
    private final ImportStore imports = new ImportStore();
    private final ExportStore exports = new ExportStore();
    private final MemberStore store = new MemberStore();

    /** @param jobs where files are worked off */
    public ImportsModule(Db db, Db jobs, Platform platform, Members members) {
        this.db = db;
        this.jobs = jobs;
        this.unattended = new JobTransactions(jobs);
        this.platform = platform;
        this.members = members;
    }

    /** Binds the operations, and has files worked off. */
    public void bind(Api api, Spec spec, TaskQueue work) {
        work.on(ImportJob.NAME, TaskQueue.Policy.BULK, importing(api.constraints()));
        work.on(ExportJob.NAME, TaskQueue.Policy.BULK, new ExportJob(jobs, unattended, work, exports, store));
        work.on(ExportExpiryJob.NAME, TaskQueue.Policy.DUE, new ExportExpiryJob(unattended, exports));
        new ImportsHandler(imports, spec.form("MemberRow"), work).bind(api.routes());
        new ExportsHandler(db, exports, work).bind(api.routes());
    }

    /**
     * What works imports off.
     *
     * @param constraints what a row is told that breaks one
     */
    public TaskQueue.Job importing(Constraints constraints) {
        return new ImportJob(jobs, unattended, platform, constraints, imports, store, members);
    }
}
