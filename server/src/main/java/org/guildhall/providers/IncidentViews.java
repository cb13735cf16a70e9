package org.guildhall.providers;

import java.util.UUID;
import org.guildhall.api.model.AlertRuleId;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.Incident;
import org.guildhall.api.model.IncidentAudience;
import org.guildhall.api.model.IncidentEntry;
import org.guildhall.api.model.IncidentEntryId;
import org.guildhall.api.model.IncidentEntryKind;
import org.guildhall.api.model.IncidentEvidence;
import org.guildhall.api.model.IncidentEvidenceKind;
import org.guildhall.api.model.IncidentId;
import org.guildhall.api.model.IncidentOpener;
import org.guildhall.api.model.IncidentOpenerKind;
import org.guildhall.api.model.IncidentSeverity;
import org.guildhall.api.model.IncidentState;
import org.guildhall.api.model.NewIncidentEvidence;
import org.guildhall.api.model.OperationalTaskId;
import org.guildhall.api.model.SignalId;
import org.guildhall.providers.IncidentStore.Evidence;
import org.guildhall.providers.IncidentStore.Row;
import org.jspecify.annotations.Nullable;

/** The wire form of incidents and of their entries. */
final class IncidentViews {

    private IncidentViews() {}

    static Incident toApi(Row row) {
        return new Incident(
                new IncidentId(row.id()), row.externalId(), new SignalId(row.signalId()), row.cause(), row.title(), row.impact(),
                IncidentSeverity.fromValue(row.severity()), Owners.toApi(row.owner()), IncidentState.fromValue(row.state()),
                opener(row), incidentId(row.followsIncidentId()),
                row.recoveryAction(), row.evidence().stream().map(IncidentViews::toApi).toList(), taskId(row.preventionTaskId()),
                row.taskIds().stream().map(OperationalTaskId::new).toList(), row.explanation(), row.openedAt(), row.monitoringAt(),
                row.resolvedAt(), row.closedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static IncidentOpener opener(Row row) {
        return row.openedBy() == null
                ? new IncidentOpener(IncidentOpenerKind.RULE, null, row.openedByRule() == null ? null : new AlertRuleId(row.openedByRule()))
                : new IncidentOpener(IncidentOpenerKind.PERSON, new ConsumerId(row.openedBy()), null);
    }

    static IncidentEntry toApi(IncidentEntryStore.Row row) {
        return new IncidentEntry(
                new IncidentEntryId(row.id()), new IncidentId(row.incidentId()), IncidentEntryKind.fromValue(row.kind()), row.words(),
                row.audience() == null ? null : IncidentAudience.fromValue(row.audience()), row.channel(), row.sentAt(), row.automatic(),
                row.createdAt(), 1);
    }

    static IncidentEvidence toApi(Evidence evidence) {
        return new IncidentEvidence(IncidentEvidenceKind.fromValue(evidence.kind()), evidence.words(), evidence.url());
    }

    static NewIncidentEvidence patchable(Evidence evidence) {
        return new NewIncidentEvidence(IncidentEvidenceKind.fromValue(evidence.kind()), evidence.words(), evidence.url());
    }

    static @Nullable OperationalTaskId taskId(@Nullable UUID id) {
        return id == null ? null : new OperationalTaskId(id);
    }

    static @Nullable IncidentId incidentId(@Nullable UUID id) {
        return id == null ? null : new IncidentId(id);
    }
}
