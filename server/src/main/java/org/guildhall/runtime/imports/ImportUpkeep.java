package org.guildhall.runtime.imports;

import java.time.Duration;
import org.guildhall.core.data.Db;
import org.guildhall.core.work.Work;
import org.guildhall.platform.Platform;

/** Sees to it that no import and no export is forgotten, and that the files of those that have expired are. */
final class ImportUpkeep {

    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final Db db;
    private final Platform platform;
    private final ImportStore imports;
    private final ExportStore exports;
    private final ExportWork exportWork;
    private final Work work;

    ImportUpkeep(Db db, Platform platform, ImportStore imports, ExportStore exports, ExportWork exportWork, Work work) {
        this.db = db;
        this.platform = platform;
        this.imports = imports;
        this.exports = exports;
        this.exportWork = exportWork;
        this.work = work;
    }

    void schedule() {
        work.every(PAUSE, "import-upkeep", () -> platform.eachTenant(tenant -> {
            db.upkeep(tenant, tx -> {
                imports.unfinished(tx).forEach(id -> work.enqueue(tx, ImportWork.NAME, id));
                exports.unfinished(tx).forEach(id -> work.enqueue(tx, ExportWork.NAME, id));
                return null;
            });
            exportWork.forget(tenant);
        }));
    }
}
