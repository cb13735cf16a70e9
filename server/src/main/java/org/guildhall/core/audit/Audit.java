package org.guildhall.core.audit;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.AuditRecord;
import org.guildhall.core.data.CommitRecords;
import org.guildhall.core.data.Ids;

/** Audit events of changes that didn't come as requests. */
public final class Audit {

    private Audit() {}

    /** The event of a resource that an operator created on the command line. It also marks the credentials as changed. */
    public static CommitRecords byOperator(String operation, String action, String category, UUID actor, String entityType, UUID entityId, Object after) {
        var entity = Auditor.entity(new Changes.Change(entityType, entityId, "", null, after));
        return new CommitRecords(
                new AuditRecord(Ids.next(), "operator", actor, null, null, operation, 0, action, category, null, "command line", null,
                        RequestIds.request(), RequestIds.trace(null), null, List.of(entity)),
                null, null, true);
    }
}
