package org.guildhall.providers;

import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.IncidentId;
import org.guildhall.api.model.ProviderLane;
import org.guildhall.api.model.Signal;
import org.guildhall.api.model.SignalBlock;
import org.guildhall.api.model.SignalCeiling;
import org.guildhall.api.model.SignalCeilingReason;
import org.guildhall.api.model.SignalEvidence;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.SignalKind;
import org.guildhall.api.model.SignalReview;
import org.guildhall.api.model.SignalReviewOutcome;
import org.guildhall.api.model.SignalSourceStatus;
import org.guildhall.api.model.SignalStatus;
import org.guildhall.providers.SignalStore.Row;
import org.jspecify.annotations.Nullable;

/** The wire form of signals. */
final class SignalViews {

    private SignalViews() {}

    static Signal toApi(Row row) {
        return new Signal(
                new SignalId(row.id()), row.externalId(), row.position(), row.name(), ProviderLane.fromValue(row.lane()),
                SignalKind.fromValue(row.kind()), Owners.toApi(row.owner()), ActiveState.fromValue(row.state()),
                SignalSourceStatus.fromValue(row.sourceStatus()),
                SignalStatus.fromValue(row.status()), row.signalPercent(), row.lastSignal(), row.lastSignalAt(), row.impact(),
                row.recoveryAction(), SignalKinds.escalationSteps(row.kind()), evidence(row), row.derived(), row.staleSince(),
                ceiling(row), block(row), review(row), row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static SignalEvidence evidence(Row row) {
        return new SignalEvidence(
                SignalKinds.subjectLabel(row.kind()), row.evidenceSubject(),
                row.evidenceSourceStatus() == null ? SignalKinds.words(row.sourceStatus()) : row.evidenceSourceStatus(), row.evidenceWhy(),
                SignalStatus.fromValue(row.evidenceStatus()), row.evidencePercent());
    }

    private static @Nullable SignalCeiling ceiling(Row row) {
        if (row.evidenceStatus().equals("planned")) {
            return null;
        }
        if (row.blockedBy() != null) {
            return new SignalCeiling(SignalCeilingReason.OPERATOR, null);
        }
        return row.incidentId() == null ? null : new SignalCeiling(SignalCeilingReason.INCIDENT, new IncidentId(row.incidentId()));
    }

    private static @Nullable SignalBlock block(Row row) {
        return row.blockedBy() == null || row.blockedReason() == null || row.blockedAt() == null
                ? null : new SignalBlock(new ConsumerId(row.blockedBy()), row.blockedReason(), row.blockedAt());
    }

    private static @Nullable SignalReview review(Row row) {
        return row.reviewedBy() == null || row.reviewOutcome() == null || row.reviewedAt() == null
                ? null
                : new SignalReview(
                        SignalReviewOutcome.fromValue(row.reviewOutcome()), row.reviewNote(), new ConsumerId(row.reviewedBy()), row.reviewedAt());
    }
}
