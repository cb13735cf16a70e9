package org.guildhall.providers;

import java.util.function.Consumer;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListSignalsQuery;
import org.guildhall.api.model.NewSignal;
import org.guildhall.api.model.NewSignalEvidence;
import org.guildhall.api.model.NewSignalReview;
import org.guildhall.api.model.ProviderLane;
import org.guildhall.api.model.Signal;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.SignalPatch;
import org.guildhall.api.model.SignalReason;
import org.guildhall.api.model.SignalSourceStatus;
import org.guildhall.api.providers.SignalsApi;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.providers.SignalStore.Evidence;
import org.guildhall.providers.SignalStore.Filter;
import org.guildhall.providers.SignalStore.Row;
import org.guildhall.providers.SignalStore.Values;
import org.jspecify.annotations.Nullable;

/** Signals: {@code /providers/signals}. */
final class SignalsHandler implements SignalsApi<Call> {

    private final SignalStore signals;
    private final SignalChanges changes;
    private final Consumer<Tx> checks;

    /** @param checks requests a run of the due checks after the commit */
    SignalsHandler(SignalStore signals, SignalChanges changes, Consumer<Tx> checks) {
        this.signals = signals;
        this.changes = changes;
        this.checks = checks;
    }

    @Override
    public Reply<Signal> createSignal(Call call, NewSignal body) {
        var kind = body.kind().value();
        SignalKinds.requireSourceStatus(kind, body.sourceStatus().value());
        var values = new Values(
                body.externalId(), body.name(), body.lane().value(), Owners.read(body.owner()), body.sourceStatus().value(), body.signalPercent(),
                body.lastSignal(), body.lastSignalAt(), body.impact(), body.recoveryAction(), evidence(body.evidence()));
        var signal = SignalViews.toApi(signals.insert(call.tx(), kind, values));
        call.created(signal.id(), signal);
        changes.entered(call.tx());
        return Reply.created("/api/v1/providers/signals/" + signal.id(), signal);
    }

    @Override
    public Reply<Page<Signal>> listSignals(Call call, ListSignalsQuery query) {
        var filter = new Filter(
                query.externalId(), query.lane() == null ? null : query.lane().value(), query.kind() == null ? null : query.kind().value(),
                query.status() == null ? null : query.status().value(), query.owner(), query.derived(),
                query.state() == null ? null : query.state().value());
        return Reply.list(signals.list(call.tx(), call.page(), filter).map(SignalViews::toApi));
    }

    @Override
    public Reply<Signal> getSignal(Call call, SignalId signalId) {
        return Reply.ok(SignalViews.toApi(Require.found(signals.get(call.tx(), signalId.value()))));
    }

    @Override
    public Reply<Signal> updateSignal(Call call, SignalId signalId, Patch<SignalPatch> patch) {
        var before = locked(call, signalId);
        var current = patchable(before, before.reportedPercent());
        var wanted = patch.onto(current);
        var percent = wanted.signalPercent();
        if (wanted.sourceStatus() != current.sourceStatus() && patch.onto(patchable(before, null)).signalPercent() == null) {
            // The patch has no percentage, and the stored one was for the other source status.
            percent = null;
        }
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(SignalViews.toApi(before));
        }
        SignalKinds.requireSourceStatus(before.kind(), wanted.sourceStatus().value());
        Require.active(before.state(), "signal");
        var values = new Values(
                wanted.externalId(), wanted.name(), wanted.lane().value(), Owners.read(wanted.owner()), wanted.sourceStatus().value(), percent,
                wanted.lastSignal(), wanted.lastSignalAt(), wanted.impact(), wanted.recoveryAction(), evidence(wanted.evidence()));
        if (before.evidenceStatus().equals("planned")) {
            // The checks of a planned signal don't run; perhaps it isn't planned any more.
            checks.accept(call.tx());
        }
        return changed(call, before, signals.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Signal> blockSignal(Call call, SignalId signalId, SignalReason body) {
        var before = lockedActive(call, signalId);
        if (before.blockedBy() != null) {
            throw Problem.INVALID_STATE.because("The signal is blocked already.");
        }
        return changed(call, before, signals.block(call.tx(), before.id(), call.caller().consumer(), body.reason()));
    }

    @Override
    public Reply<Signal> unblockSignal(Call call, SignalId signalId, SignalReason body) {
        var before = lockedActive(call, signalId);
        if (before.blockedBy() == null) {
            throw Problem.INVALID_STATE.because("No operator has blocked the signal.");
        }
        call.because(body.reason());
        return changed(call, before, signals.unblock(call.tx(), before.id()));
    }

    @Override
    public Reply<Signal> reviewSignal(Call call, SignalId signalId, NewSignalReview body) {
        var before = lockedActive(call, signalId);
        return changed(call, before, signals.review(call.tx(), before.id(), call.caller().consumer(), body.outcome().value(), body.note()));
    }

    @Override
    public Reply<Signal> archiveSignal(Call call, SignalId signalId) {
        var before = lockedActive(call, signalId);
        if (before.incidentId() != null) {
            throw Problem.INVALID_STATE.because("The signal has an incident that isn't closed.");
        }
        return changed(call, before, signals.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, SignalId signalId) {
        var row = Require.found(signals.lock(call.tx(), signalId.value()));
        call.expect(row.version());
        return row;
    }

    private Row lockedActive(Call call, SignalId signalId) {
        var row = locked(call, signalId);
        Require.active(row.state(), "signal");
        return row;
    }

    private Reply<Signal> changed(Call call, Row before, Row after) {
        var signal = SignalViews.toApi(after);
        changes.tell(call.tx(), before, after);
        call.changed(signal.id(), SignalViews.toApi(before), signal);
        return Reply.ok(signal);
    }

    private static SignalPatch patchable(Row row, @Nullable Integer percent) {
        return new SignalPatch(
                row.externalId(), row.name(), ProviderLane.fromValue(row.lane()),
                Owners.patchable(row.owner()),
                SignalSourceStatus.fromValue(row.sourceStatus()), percent, row.lastSignal(), row.lastSignalAt(), row.impact(),
                row.recoveryAction(), new NewSignalEvidence(row.evidenceSubject(), row.evidenceSourceStatus(), row.evidenceWhy()));
    }

    private static Evidence evidence(NewSignalEvidence evidence) {
        return new Evidence(evidence.subject(), evidence.sourceStatus(), evidence.why());
    }
}
