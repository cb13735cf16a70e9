package org.guildhall.billing.checkout;

import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.api.model.PlanChangeId;
import org.guildhall.billing.checkout.PlanChangeStore.Row;
import org.guildhall.billing.connections.Connections.Asked;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.ProviderPlanChanges.Change;
import org.guildhall.billing.events.ProviderPlanChanges;
import org.guildhall.billing.events.ProviderPreview;
import org.guildhall.billing.events.Providers;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.external.ExternalCall;
import org.guildhall.core.external.ExternalFailure;
import org.guildhall.core.problem.Require;
import org.jspecify.annotations.Nullable;

/** The two calls of a plan change: its preview, and its request. */
record PlanChangeCalls(PlanChangeStore planChanges, Connections connections, Providers providers, PlanChangeConfirmation confirmation) {

    static final String BASE = "/api/v1/billing/plan-changes/";
    private static final String ANSWERED = "plan_change.answered";
    private static final String REFUSED = "refused";

    /** The values of a call. @param asked null if the connection can't be asked any more */
    record Plan(@Nullable Asked asked, Row planChange) {

        Change change() {
            var subject = planChange.subject();
            return new Change(subject.subscriptionReference(), subject.itemReference(), subject.requirePrice(), subject.timing(), subject.proration(),
                    planChange.prorationAt());
        }

        String key() {
            return new PlanChangeId(planChange.id()).toString();
        }
    }

    private ProviderPlanChanges offered(Asked asked) {
        return providers.of(asked.connection().provider()).planChanges();
    }

    private Plan plan(Tx tx, UUID id) {
        var planChange = Require.found(planChanges.get(tx, id));
        return new Plan(connections.asked(tx, planChange.subject().connectionId()), planChange);
    }

    /** Ends a plan change that the provider has refused, if it waits for the answer. */
    private ExternalCall.Recorded refused(Tx tx, Changes changes, Row before, String waiting, ProviderAnswer<?> answer) {
        var refusal = answer.requireRefusal();
        if (before.state().equals(waiting)) {
            PlanChangeViews.changed(changes, before, planChanges.end(tx, before.id(), REFUSED, refusal.code(), refusal.message()));
        }
        return ExternalCall.Recorded.refusal(ProviderAnswer.problem(refusal.code(), refusal.message()));
    }

    private void abandon(Tx tx, Changes changes, UUID id, String waiting) {
        var before = Require.found(planChanges.lock(tx, id));
        if (before.state().equals(waiting)) {
            PlanChangeViews.changed(changes, before, planChanges.end(
                    tx, id, "failed", CheckoutState.NO_ANSWER, "The provider gave no answer for more than a day."));
        }
    }

    /** The preview. Nothing is changed at the provider. */
    final class Preview implements ExternalCall<Plan, ProviderAnswer<ProviderPreview>> {

        @Override
        public String action() {
            return ANSWERED;
        }

        @Override
        public Plan plan(Tx tx, UUID id) {
            return PlanChangeCalls.this.plan(tx, id);
        }

        @Override
        public ProviderAnswer<ProviderPreview> ask(Plan plan) throws ExternalFailure {
            return ProviderAnswer.of(plan.asked(), asked -> offered(asked).preview(asked.apiKey(), plan.change(), plan.key() + "-preview"));
        }

        @Override
        public Recorded record(Tx tx, Changes changes, UUID id, ProviderAnswer<ProviderPreview> answer) {
            var before = Require.found(planChanges.lock(tx, id));
            if (answer.made() == null) {
                return refused(tx, changes, before, "creating", answer);
            }
            var after = before.requestedAt() != null || before.preview() != null
                    ? before : PlanChangeViews.changed(changes, before, planChanges.setPreview(tx, id, answer.made()));
            var shown = PlanChangeViews.toApi(after);
            return Recorded.reply(Reply.created(BASE + shown.id(), shown));
        }

        @Override
        public void abandon(Tx tx, Changes changes, UUID id) {
            PlanChangeCalls.this.abandon(tx, changes, id, "creating");
        }
    }

    /** The result of a change at the provider. @param replacement its id of the subscription that replaces the changed one; null if the changed one stays */
    record Made(@Nullable String replacement) {}

    /** The request. The subscription's event confirms it. */
    final class Request implements ExternalCall<Plan, ProviderAnswer<Made>> {

        @Override
        public String action() {
            return ANSWERED;
        }

        @Override
        public Plan plan(Tx tx, UUID id) {
            return PlanChangeCalls.this.plan(tx, id);
        }

        @Override
        public ProviderAnswer<Made> ask(Plan plan) throws ExternalFailure {
            var requestedAt = plan.planChange().requestedAt();
            boolean forgotten = requestedAt != null && ProviderAnswer.isForgotten(requestedAt, plan.planChange().now());
            return ProviderAnswer.of(plan.asked(), asked -> new Made(offered(asked).make(asked.apiKey(), plan.change(), plan.key(), forgotten)));
        }

        @Override
        public Recorded record(Tx tx, Changes changes, UUID id, ProviderAnswer<Made> answer) {
            var before = Require.found(planChanges.lock(tx, id));
            if (answer.made() == null) {
                return refused(tx, changes, before, "requested", answer);
            }
            var replacement = answer.made().replacement();
            var after = replacement == null || replacement.equals(before.replacementReference())
                    ? before : confirmation.replaced(tx, changes, PlanChangeViews.changed(changes, before, planChanges.replace(tx, id, replacement)));
            return Recorded.reply(Reply.ok(PlanChangeViews.toApi(after)));
        }

        @Override
        public void abandon(Tx tx, Changes changes, UUID id) {
            PlanChangeCalls.this.abandon(tx, changes, id, "requested");
        }
    }
}
