package org.guildhall.providers.checks;

import org.guildhall.api.model.Check;
import org.guildhall.api.model.CheckError;
import org.guildhall.api.model.CheckErrorCode;
import org.guildhall.api.model.CheckId;
import org.guildhall.api.model.CheckOutcome;
import org.guildhall.api.model.CheckResult;
import org.guildhall.api.model.CheckResultId;
import org.guildhall.api.model.CheckResultOutcome;
import org.guildhall.api.model.CheckState;
import org.guildhall.api.model.CheckTarget;
import org.guildhall.api.model.CheckType;
import org.guildhall.api.model.DnsRecordType;
import org.guildhall.api.model.NewCheckTarget;
import org.guildhall.api.model.SignalId;
import org.guildhall.providers.checks.CheckStore.Failure;
import org.guildhall.providers.checks.CheckStore.Row;
import org.guildhall.providers.checks.CheckStore.Target;
import org.jspecify.annotations.Nullable;

/** The wire form of checks and their results. */
final class CheckViews {

    private CheckViews() {}

    static Check toApi(Row row) {
        var settings = row.settings();
        var target = settings.target();
        return new Check(
                new CheckId(row.id()), row.externalId(), new SignalId(row.signalId()), CheckType.fromValue(row.type()),
                new CheckTarget(target.url(), target.host(), target.port(), recordType(target), target.expected()), settings.cadenceSeconds(),
                settings.timeoutMs(), settings.retries(), settings.limits().failuresToDegrade(), settings.limits().failuresToBlock(),
                settings.limits().successesToRecover(), settings.warnLatencyMs(), settings.warnDays(), CheckState.fromValue(row.state()),
                CheckOutcome.fromValue(row.health().outcome()), row.health().failures(), row.health().successes(), row.lastResultAt(),
                row.lastSuccessAt(), row.lastFailureAt(), error(row.lastError()), row.lastLatencyMs(), row.nextRunAt(), row.createdAt(),
                row.updatedAt(), row.version());
    }

    static CheckResult toApi(CheckResultStore.Row row) {
        var result = row.result();
        return new CheckResult(
                new CheckResultId(row.id()), new CheckId(row.checkId()), row.at(), CheckResultOutcome.fromValue(result.outcome()),
                result.latencyMs(), result.attempts(), error(result.error()), result.observed(), row.node(), 1);
    }

    static NewCheckTarget patchable(Target target) {
        return new NewCheckTarget(target.url(), target.host(), target.port(), recordType(target), target.expected(), null);
    }

    static Target read(@Nullable NewCheckTarget target) {
        if (target == null) {
            return new Target(null, null, null, null, null);
        }
        var recordType = target.recordType() == null ? null : target.recordType().value();
        return new Target(target.url(), target.host(), target.port(), recordType, target.expected());
    }

    private static @Nullable DnsRecordType recordType(Target target) {
        return target.recordType() == null ? null : DnsRecordType.fromValue(target.recordType());
    }

    private static @Nullable CheckError error(@Nullable Failure failure) {
        return failure == null ? null : new CheckError(CheckErrorCode.fromValue(failure.code()), failure.detail());
    }
}
