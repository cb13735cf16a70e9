package org.guildhall.billing.dunning;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.dunning.DunningPolicyStore.Values;
import org.guildhall.billing.dunning.DunningRules.Decision;
import org.guildhall.billing.dunning.DunningSituationStore.Situation;
import org.guildhall.billing.plans.PlanSettlement;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.sql.Batch;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * Opens the dunning case of an invoice whose payment has failed, and ends it when the invoice is paid or ended. Both follow from the state of the mirrored
 * invoice, never from an event. The steps of a case are the work of the job {@code dunning}.
 */
public final class Dunning {

    /** The most cases of a subscription or payment that its end or dispute changes at once; the job comes to the others. */
    private static final int CASES_MAX = 50;

    private final DunningPolicyStore policies = new DunningPolicyStore();
    private final DunningCaseStore cases = new DunningCaseStore();
    private final DunningAttemptStore attempts = new DunningAttemptStore();
    private final DunningSituationStore situations = new DunningSituationStore();
    private final PlanSettlement plans;
    private final Tasks tasks;
    private final DunningDecisions decisions;

    /** @param providers the state of the providers, for cases that wait for them */
    public Dunning(PlanSettlement plans, Tasks tasks, Tasks.ProviderStates providers) {
        this.plans = plans;
        this.tasks = tasks;
        this.decisions = new DunningDecisions(policies, cases, situations, providers);
    }

    private void settle(Tx tx, Changes changes, Actor actor, UUID invoiceId) {
        var batch = new Batch();
        var found = situations.get(batch, invoiceId);
        var locked = cases.lockOfInvoice(batch, invoiceId);
        var standard = policies.getDefault(batch);
        var zone = situations.zone(batch);
        var now = batch.now();
        batch.send(tx);
        var situation = found.get();
        if (situation == null) {
            return;
        }
        var before = locked.get();
        if (before == null || before.allowsAnother()) {
            open(tx, changes, situation, standard.get(), now.get(), zone.get());
        } else if (!before.hasEnded()) {
            var policy = standard.get();
            var terms = policy != null && policy.id().equals(before.policyId()) ? policy.values() : policyOf(tx, before);
            var end = DunningRules.end(situation.standing(), terms.stops(), before.state());
            if (end != null) {
                end(tx, changes, actor, before, end);
            }
        }
    }

    /** Settles the cases of the invoices, subscriptions and disputes among the changes of an event, which the mirror has locked. */
    public void settleAll(Tx tx, Changes changes, Actor actor) {
        for (var change : List.copyOf(changes.all())) {
            switch (change.entityType()) {
                case "invoice" -> settle(tx, changes, actor, change.id());
                case "subscription" -> settleSubscription(tx, changes, actor, change.id());
                case "dispute" -> situations.ofDispute(tx, change.id(), CASES_MAX).forEach(invoice -> settle(tx, changes, actor, invoice));
                default -> { }
            }
        }
    }

    private void settleSubscription(Tx tx, Changes changes, Actor actor, UUID subscriptionId) {
        cases.invoicesOfSubscription(tx, subscriptionId, CASES_MAX).forEach(invoice -> settle(tx, changes, actor, invoice));
    }

    /** Binds the operations of this part and declares its constraints. */
    public void bind(Api api) {
        new DunningPoliciesHandler(policies).bind(api.routes());
        new DunningCasesHandler(this, cases, decisions, new DunningAnalyticsStore()).bind(api.routes());
        new DunningAttemptsHandler(attempts).bind(api.routes());
        api.constraints()
                .on("dunning_policies_external_id", Problem.ALREADY_EXISTS, "/external_id", "Another dunning policy has this `external_id`.")
                .on("dunning_policies_one_default", Problem.CONFLICT, "/is_default", "Another dunning policy was made the default at the same time.");
    }

    /** The job that this part offers. */
    public Tasks.Job offered() {
        return new DunningJob(this, policies, cases, attempts, situations, decisions, plans, tasks).offered();
    }

    /** Opens a case if the invoice needs one. @param policy null if the tenant has no default policy @return true if a case was opened */
    boolean open(Tx tx, Changes changes, Situation situation, DunningPolicyStore.@Nullable Row policy, Instant now, ZoneId zone) {
        var currency = situation.currency();
        if (policy == null || currency == null
                || !DunningRules.needsCase(situation.standing(), policy.values().stops(), policy.values().minimumMinor(currency))) {
            return false;
        }
        var steps = policy.values().steps();
        var opened = cases.insert(tx, new DunningCaseStore.New(
                situation.invoiceId(), situation.accountId(), situation.subscriptionId(), policy.id(), policy.version(), steps, currency,
                situation.standing().remainingMinor(), DunningSteps.first(steps, now, zone)));
        if (opened == null) {
            return false;
        }
        var shown = DunningViews.toApi(opened);
        changes.created(shown.id(), shown);
        return true;
    }

    /** Ends a case, and restores the plan if the case had suspended it. @param changes gets the case, then what follows from it */
    DunningCaseStore.Row end(Tx tx, Changes changes, Actor actor, DunningCaseStore.Row before, Decision.End end) {
        var after = ended(tx, cases, before, end);
        record(changes, before, after);
        if (before.state().equals("suspended") && before.organizationId() != null) {
            plans.settle(tx, changes, actor, before.organizationId());
        }
        return after;
    }

    static DunningCaseStore.Row ended(Tx tx, DunningCaseStore cases, DunningCaseStore.Row before, Decision.End end) {
        return end.state().equals("exhausted") ? cases.exhaust(tx, before.id()) : cases.end(tx, before.id(), end.state(), end.dropReason());
    }

    static void record(Changes changes, DunningCaseStore.Row before, DunningCaseStore.Row after) {
        var shown = DunningViews.toApi(after);
        changes.changed(shown.id(), DunningViews.toApi(before), shown);
    }

    private Values policyOf(Tx tx, DunningCaseStore.Row one) {
        var policy = policies.get(tx, one.policyId());
        if (policy == null) {
            throw new IllegalStateException("the case " + one.id() + " has no policy");
        }
        return policy.values();
    }
}
