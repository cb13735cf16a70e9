package org.guildhall.runtime.imports;

import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Constraints;
import org.guildhall.core.http.Spec;
import org.guildhall.core.http.Unattended;
import org.guildhall.core.work.Work;
import org.guildhall.platform.Platform;

/** Wires imports and exports, which are a part of the runtime room. */
public final class ImportsModule {

    private final Db db;
    private final Db jobs;
    private final Unattended unattended;
    private final Platform platform;
    private final Members members;
    private final ImportStore imports = new ImportStore();
    private final ExportStore exports = new ExportStore();
    private final MemberStore store = new MemberStore();

    /** @param jobs where files are worked off */
    public ImportsModule(Db db, Db jobs, Platform platform, Members members) {
        this.db = db;
        this.jobs = jobs;
        this.unattended = new Unattended(jobs);
        this.platform = platform;
        this.members = members;
    }

    /** Binds the operations, and has files worked off. */
    public void bind(Api api, Spec spec, Work work) {
        work.on(ImportWork.NAME, Work.Policy.BULK, importing(api.constraints()));
        work.on(ExportWork.NAME, Work.Policy.BULK, new ExportWork(jobs, unattended, work, exports, store));
        work.on(ExportExpiry.NAME, Work.Policy.DUE, new ExportExpiry(unattended, exports));
        new ImportsHandler(imports, spec.form("MemberRow"), work).bind(api.routes());
        new ExportsHandler(db, exports, work).bind(api.routes());
    }

    /**
     * What works imports off.
     *
     * @param constraints what a row is told that breaks one
     */
    public Work.Job importing(Constraints constraints) {
        return new ImportWork(jobs, unattended, platform, constraints, imports, store, members);
    }
}
