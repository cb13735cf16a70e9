package org.guildhall.providers.domains;

import org.guildhall.api.model.Domain;
import org.guildhall.api.model.DomainCertificate;
import org.guildhall.api.model.DomainCertificateState;
import org.guildhall.api.model.DomainDns;
import org.guildhall.api.model.DomainDnsState;
import org.guildhall.api.model.DomainError;
import org.guildhall.api.model.DomainErrorCode;
import org.guildhall.api.model.DomainId;
import org.guildhall.api.model.DomainRunbookState;
import org.guildhall.api.model.DomainState;
import org.guildhall.api.model.DomainVerification;
import org.guildhall.api.model.DomainVerificationState;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.SignalId;
import org.guildhall.providers.domains.DomainStore.Row;
import org.jspecify.annotations.Nullable;

/** The wire form of domains. */
final class DomainViews {

    private DomainViews() {}

    static Domain toApi(Row row) {
        var values = row.values();
        var verification = DomainRules.verification(row.verifiedAt() != null, row.recordSeen());
        var certificate = DomainRules.certificate(row.certificate(), row.seenAt());
        return new Domain(
                new DomainId(row.id()), values.externalId(), row.name(),
                values.organizationId() == null ? null : new OrganizationId(values.organizationId()), values.purpose(), values.expectedTarget(),
                values.failoverTarget(), values.signalId() == null ? null : new SignalId(values.signalId()), DomainState.fromValue(row.standing().state()),
                new DomainVerification(
                        DomainInspector.RECORD + row.name(), DomainInspector.RECORD_VALUE + row.token(),
                        DomainVerificationState.fromValue(verification), row.verifiedAt()),
                new DomainDns(DomainDnsState.fromValue(row.dns()), row.dnsSeen()), certificate(row, certificate),
                DomainRunbookState.fromValue(DomainRules.runbook(row.standing(), verification, row.dns(), certificate)), row.standing().failures(),
                row.lastCheckedAt(), error(row.lastError()), row.nextCheckAt(), row.removedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static DomainCertificate certificate(Row row, String state) {
        var certificate = row.certificate();
        return new DomainCertificate(
                DomainCertificateState.fromValue(state), certificate == null ? null : certificate.issuer(),
                certificate == null ? null : certificate.notAfter(), certificate == null ? null : certificate.matches());
    }

    private static @Nullable DomainError error(DomainLook.@Nullable Error error) {
        return error == null ? null : new DomainError(DomainErrorCode.fromValue(error.code()), error.detail());
    }
}
