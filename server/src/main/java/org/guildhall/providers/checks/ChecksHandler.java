package org.guildhall.providers.checks;

import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Check;
import org.guildhall.api.model.CheckId;
import org.guildhall.api.model.CheckPatch;
import org.guildhall.api.model.CheckResult;
import org.guildhall.api.model.ListCheckResultsQuery;
import org.guildhall.api.model.ListChecksQuery;
import org.guildhall.api.model.NewCheck;
import org.guildhall.api.providers.ChecksApi;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.providers.checks.CheckStore.Filter;
import org.guildhall.providers.checks.CheckStore.Row;
import org.guildhall.providers.checks.CheckStore.Settings;
import org.jspecify.annotations.Nullable;

/** Checks and their results: {@code /providers/checks}. An event has the signal, too, if its status or percentage changes. */
final class ChecksHandler implements ChecksApi<Call> {

    /** The checks of a signal that aren't archived. */
    private static final int OF_SIGNAL_MAX = 20;

    private static final int CADENCE_SECONDS = 60;
    private static final int TIMEOUT_MS = 10_000;
    private static final int FAILURES_TO_BLOCK = 3;
    private static final int SUCCESSES_TO_RECOVER = 2;

    private final CheckedSignals signals;
    private final CheckStore checks;
    private final CheckResultStore results;
    private final CheckJob job;
    private final Keys keys;

    ChecksHandler(CheckedSignals signals, CheckStore checks, CheckResultStore results, CheckJob job, Keys keys) {
        this.keys = keys;
        this.signals = signals;
        this.checks = checks;
        this.results = results;
        this.job = job;
    }

    @Override
    public Reply<Check> createCheck(Call call, NewCheck body) {
        var id = Ids.next();
        var secret = body.target() == null ? null : body.target().secret();
        var settings = new Settings(
                CheckViews.read(body.target()), orElse(body.cadenceSeconds(), CADENCE_SECONDS), orElse(body.timeoutMs(), TIMEOUT_MS),
                orElse(body.retries(), 1),
                new CheckHealth.Limits(
                        orElse(body.failuresToDegrade(), 1), orElse(body.failuresToBlock(), FAILURES_TO_BLOCK),
                        orElse(body.successesToRecover(), SUCCESSES_TO_RECOVER)),
                body.warnLatencyMs(), body.warnDays(), sealed(id, secret));
        CheckRules.require(body.type().value(), settings, secret);
        var signal = Require.named(signals.lock(call.tx(), body.signalId().value()), "/signal_id", "signal");
        Require.active(signal.state(), "/signal_id", "signal");
        if (checks.count(call.tx(), signal.id()) >= OF_SIGNAL_MAX) {
            throw Problem.CONFLICT.because("The signal has 20 checks. Archive one of them.");
        }
        var check = CheckViews.toApi(checks.insert(call.tx(), id, signal.id(), body.type().value(), body.externalId(), settings));
        call.created(check.id(), check);
        signal.record(call.tx(), call.changes().secondary());
        job.request(call.tx());
        return Reply.created("/api/v1/providers/checks/" + check.id(), check);
    }

    @Override
    public Reply<Page<Check>> listChecks(Call call, ListChecksQuery query) {
        var filter = new Filter(
                query.externalId(), query.signalId() == null ? null : query.signalId().value(), query.type() == null ? null : query.type().value(),
                query.state() == null ? null : query.state().value(), query.outcome() == null ? null : query.outcome().value());
        return Reply.list(checks.list(call.tx(), call.page(), filter).map(CheckViews::toApi));
    }

    @Override
    public Reply<Check> getCheck(Call call, CheckId checkId) {
        return Reply.ok(CheckViews.toApi(Require.found(checks.get(call.tx(), checkId.value()))));
    }

    @Override
    public Reply<Check> updateCheck(Call call, CheckId checkId, Patch<CheckPatch> patch) {
        var before = locked(call, checkId);
        var is = before.settings();
        var current = new CheckPatch(
                before.externalId(), CheckViews.patchable(is.target()), is.cadenceSeconds(), is.timeoutMs(), is.retries(),
                is.limits().failuresToDegrade(), is.limits().failuresToBlock(), is.limits().successesToRecover(), is.warnLatencyMs(), is.warnDays());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(CheckViews.toApi(before));
        }
        var secret = wanted.target() == null ? null : wanted.target().secret();
        var settings = new Settings(
                CheckViews.read(wanted.target()), wanted.cadenceSeconds(), wanted.timeoutMs(), wanted.retries(),
                new CheckHealth.Limits(wanted.failuresToDegrade(), wanted.failuresToBlock(), wanted.successesToRecover()), wanted.warnLatencyMs(),
                wanted.warnDays(), secret == null ? is.secret() : sealed(before.id(), secret));
        CheckRules.require(before.type(), settings, secret);
        if (before.state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The check is archived.");
        }
        return changed(call, before, checks.update(call.tx(), before.id(), wanted.externalId(), settings));
    }

    @Override
    public Reply<Check> runCheck(Call call, CheckId checkId) {
        var before = locked(call, checkId);
        requireState(before, "active");
        job.request(call.tx());
        return changed(call, before, checks.run(call.tx(), before.id()));
    }

    @Override
    public Reply<Check> pauseCheck(Call call, CheckId checkId) {
        var before = lockedWithSignal(call, checkId);
        requireState(before.check(), "active");
        return moved(call, before, "paused");
    }

    @Override
    public Reply<Check> resumeCheck(Call call, CheckId checkId) {
        var before = lockedWithSignal(call, checkId);
        requireState(before.check(), "paused");
        job.request(call.tx());
        return moved(call, before, "active");
    }

    @Override
    public Reply<Check> archiveCheck(Call call, CheckId checkId) {
        var before = lockedWithSignal(call, checkId);
        if (before.check().state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The check is archived.");
        }
        return moved(call, before, "archived");
    }

    @Override
    public Reply<Page<CheckResult>> listCheckResults(Call call, CheckId checkId, ListCheckResultsQuery query) {
        var filter = new CheckResultStore.Filter(
                checkId.value(), query.outcome() == null ? null : query.outcome().value(),
                new TimeWindow(query.atAfter(), query.atFrom(), query.atBefore()));
        var page = results.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(checks.get(call.tx(), checkId.value()));
        }
        return Reply.list(page.map(CheckViews::toApi));
    }

    /** Seals a secret for one check. */
    private byte @Nullable [] sealed(UUID id, @Nullable String secret) {
        return secret == null ? null : keys.sealSecret(secret, new CheckId(id).toString());
    }

    private record Locked(Row check, CheckedSignals.Signal signal) {}

    private Row locked(Call call, CheckId checkId) {
        var row = Require.found(checks.lock(call.tx(), checkId.value()));
        call.expect(row.version());
        return row;
    }

    /** Locks the check; its signal is locked by the change, as in the job. */
    private Locked lockedWithSignal(Call call, CheckId checkId) {
        var check = locked(call, checkId);
        return new Locked(check, Objects.requireNonNull(signals.get(call.tx(), check.signalId())));
    }

    private static void requireState(Row check, String state) {
        if (!check.state().equals(state)) {
            throw Problem.INVALID_STATE.because("The check is " + check.state() + ".");
        }
    }

    private Reply<Check> moved(Call call, Locked before, String state) {
        var reply = changed(call, before.check(), checks.changeState(call.tx(), before.check().id(), state));
        before.signal().record(call.tx(), call.changes().secondary());
        return reply;
    }

    private static Reply<Check> changed(Call call, Row before, Row after) {
        var check = CheckViews.toApi(after);
        call.changed(check.id(), CheckViews.toApi(before), check);
        return Reply.ok(check);
    }

    private static int orElse(@Nullable Integer given, int usual) {
        return given == null ? usual : given;
    }
}
