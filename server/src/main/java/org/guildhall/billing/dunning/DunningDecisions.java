package org.guildhall.billing.dunning;

import java.time.Instant;
import java.util.List;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.DunningCaseId;
import org.guildhall.api.model.DunningDecision;
import org.guildhall.api.model.DunningDecisionKind;
import org.guildhall.api.model.DunningPreview;
import org.guildhall.api.model.InvoiceId;
import org.guildhall.billing.dunning.DunningCaseStore.Row;
import org.guildhall.billing.dunning.DunningRules.Decision;
import org.guildhall.billing.dunning.DunningRules.Run;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Decides on due cases, for the preview and for the job. */
final class DunningDecisions {

    /** The lane of the signals that a payment depends on. */
    private static final String LANE = "payments";
    private static final int DECISIONS_MAX = 200;

    private final DunningPolicyStore policies;
    private final DunningCaseStore cases;
    private final DunningSituationStore situations;
    private final Tasks.ProviderStates providers;

    DunningDecisions(DunningPolicyStore policies, DunningCaseStore cases, DunningSituationStore situations, Tasks.ProviderStates providers) {
        this.policies = policies;
        this.cases = cases;
        this.situations = situations;
        this.providers = providers;
    }

    /** A case with its invoice and the decision on it. */
    record Decided(Row one, DunningSituationStore.Situation situation, DunningRules.Terms terms, Decision decision) {}

    /** The circumstances of a run at an instant. */
    Run run(Tx tx, Instant at) {
        var batch = new Batch();
        var zone = situations.zone(batch);
        batch.send(tx);
        return new Run(at, zone.get(), !providers.of(tx, List.of(LANE), List.of()).isEmpty());
    }

    /** The decisions on cases that are due. */
    List<Decided> decide(Tx tx, List<Row> due, Run run) {
        if (due.isEmpty()) {
            return List.of();
        }
        var found = situations.ofInvoices(tx, due.stream().map(Row::invoiceId).toList());
        var terms = policies.byIds(tx, due.stream().map(Row::policyId).distinct().toList());
        return due.stream()
                .map(one -> {
                    var situation = found.get(one.invoiceId());
                    var policy = terms.get(one.policyId());
                    if (situation == null || policy == null) {
                        throw new IllegalStateException("the case " + one.id() + " has no account or no policy");
                    }
                    var counts = policy.values().terms();
                    return new Decided(one, situation, counts, DunningRules.decide(situation.standing(), counts, one.state(), one.next(), run));
                })
                .toList();
    }

    /** The decisions of a run at an instant, for the preview. */
    DunningPreview preview(Tx tx, Instant at) {
        var due = cases.due(tx, at, DunningPlace.FIRST, DECISIONS_MAX + 1);
        var decided = decide(tx, due.stream().limit(DECISIONS_MAX).toList(), run(tx, at));
        return new DunningPreview(at, decided.stream().map(DunningDecisions::toApi).toList(), due.size() > DECISIONS_MAX);
    }

    private static DunningDecision toApi(Decided decided) {
        var next = decided.one().next();
        var move = decided.decision() instanceof Decision.Wait wait ? wait.to() : null;
        return new DunningDecision(
                new DunningCaseId(decided.one().id()), new InvoiceId(decided.one().invoiceId()), new AccountId(decided.one().accountId()), next.position(),
                next.dueAt(), kind(decided.decision()), reason(decided.decision()), move);
    }

    private static DunningDecisionKind kind(Decision decision) {
        return switch (decision) {
            case Decision.Message message -> DunningDecisionKind.MESSAGE;
            case Decision.Suspend suspend -> DunningDecisionKind.SUSPEND;
            case Decision.Skip skip -> DunningDecisionKind.SKIP;
            case Decision.Wait wait -> DunningDecisionKind.MOVE;
            case Decision.Hold hold -> DunningDecisionKind.HOLD;
            case Decision.End end -> DunningDecisionKind.END;
        };
    }

    private static @Nullable String reason(Decision decision) {
        return switch (decision) {
            case Decision.Message message -> null;
            case Decision.Suspend suspend -> null;
            case Decision.Skip skip -> skip.reason();
            case Decision.Wait wait -> wait.reason();
            case Decision.Hold hold -> hold.reason();
            case Decision.End end -> end.dropReason() == null ? end.state() : end.dropReason();
        };
    }

    /** A line for the log of a run. */
    static String line(Decided decided) {
        var reason = reason(decided.decision());
        return new DunningCaseId(decided.one().id()) + ", step " + decided.one().next().position() + ": " + kind(decided.decision()).value()
                + (reason == null ? "" : ", " + reason);
    }
}
