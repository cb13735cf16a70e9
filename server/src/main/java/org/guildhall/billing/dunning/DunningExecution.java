package org.guildhall.billing.dunning;

import java.util.Set;
import java.util.UUID;
import org.guildhall.billing.dunning.DunningAttemptStore.New;
import org.guildhall.billing.dunning.DunningCaseStore.Row;
import org.guildhall.billing.dunning.DunningDecisions.Decided;
import org.guildhall.billing.dunning.DunningRules.Decision;
import org.guildhall.billing.dunning.DunningRules.Run;
import org.guildhall.billing.dunning.DunningSteps.Step;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Carries out the decision on a case, in the transaction that has locked it. */
final class DunningExecution {

    private static final String WORKFLOW = "dunning";
    private static final String CHANNEL = "email";

    private final DunningCaseStore cases;
    private final DunningAttemptStore attempts;
    private final Tasks tasks;

    DunningExecution(DunningCaseStore cases, DunningAttemptStore attempts, Tasks tasks) {
        this.cases = cases;
        this.attempts = attempts;
        this.tasks = tasks;
    }

    /**
     * Carries out a decision.
     *
     * @param changes gets the case, its attempt and its message
     * @return the organizations whose plans must be settled
     */
    Set<UUID> carryOut(Tx tx, Changes changes, Decided decided, Run run) {
        var one = decided.one();
        return switch (decided.decision()) {
            case Decision.Message message -> {
                message(tx, changes, decided, message.step(), run);
                yield Set.of();
            }
            case Decision.Skip skip -> {
                attempt(tx, changes, decided, run, "skipped", skip.reason(), null);
                advance(tx, changes, one, run);
                yield Set.of();
            }
            case Decision.Suspend suspend -> suspend(tx, changes, decided, run);
            case Decision.Hold hold -> {
                hold(tx, changes, one, hold.reason());
                yield Set.of();
            }
            case Decision.Wait wait -> {
                if (one.state().equals("held")) {
                    Dunning.record(changes, one, cases.release(tx, one.id()));
                }
                yield Set.of();
            }
            // An open or held case has changed no plan.
            case Decision.End end -> {
                Dunning.record(changes, one, Dunning.ended(tx, cases, one, end));
                yield Set.of();
            }
        };
    }

    private void message(Tx tx, Changes changes, Decided decided, Step step, Run run) {
        var one = decided.one();
        var situation = decided.situation();
        var sent = tasks.send(tx, changes.secondary(), new Tasks.RecoveryMail(
                String.valueOf(situation.email()), DunningTexts.subject(situation), DunningTexts.body(situation), step.templateKey(), step.language(),
                DunningTexts.values(situation, one.next().position()), "dunning:" + one.id() + ":" + one.next().position(), WORKFLOW,
                new Tasks.Entity("dunning_case", one.id())));
        switch (sent) {
            case Tasks.Sent.Queued queued -> {
                attempt(tx, changes, decided, run, "queued", null, queued.messageId());
                advance(tx, changes, one, run);
            }
            case Tasks.Sent.NoTransport none -> hold(tx, changes, one, "no_transport");
            case Tasks.Sent.TemplateUnusable unusable -> hold(tx, changes, one, "template_unusable");
        }
    }

    private Set<UUID> suspend(Tx tx, Changes changes, Decided decided, Run run) {
        var one = decided.one();
        var subscription = decided.situation().subscriptionId();
        if (subscription == null) {
            throw new IllegalStateException("the case " + one.id() + " has no subscription");
        }
        Dunning.record(changes, one, cases.suspend(tx, one.id(), subscription));
        attempt(tx, changes, decided, run, "suspended", null, null);
        return one.organizationId() == null ? Set.of() : Set.of(one.organizationId());
    }

    private void hold(Tx tx, Changes changes, Row one, String reason) {
        if (!one.isHeldBy(reason)) {
            Dunning.record(changes, one, cases.hold(tx, one.id(), reason, null));
        }
    }

    /** The case is recorded first, so that the event is about it. */
    private void advance(Tx tx, Changes changes, Row one, Run run) {
        int position = one.next().position();
        Dunning.record(changes, one, position == one.steps().size()
                ? cases.exhaust(tx, one.id())
                : cases.advance(tx, one.id(), position + 1, DunningSteps.next(one.steps(), position, run.at(), run.zone())));
    }

    private void attempt(
            Tx tx, Changes changes, Decided decided, Run run, String state, @Nullable String skipReason, @Nullable UUID messageId) {
        var one = decided.one();
        var next = one.next();
        var row = attempts.insert(tx, new New(
                one.id(), next.position(), next.step().action(), next.step().suspends() ? null : CHANNEL, next.dueAt(),
                DunningSteps.moved(next.dueAt(), decided.terms().pauses(), run.zone()), state, skipReason, messageId));
        var shown = DunningViews.toApi(row);
        changes.secondary().created(shown.id(), shown);
    }
}
