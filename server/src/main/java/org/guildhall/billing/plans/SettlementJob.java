package org.guildhall.billing.plans;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** The job that settles the plans of all organizations with accounts, for prices that were mapped after their event. */
public final class SettlementJob {

    private static final String NAME = "billing-settlement";
    private static final UUID FIRST = new UUID(0, 0);
    private static final int ORGANIZATIONS_AT_ONCE = 20;

    private final PlanSettlement settlement;
    private final SettlementStore settlements = new SettlementStore();

    public SettlementJob(PlanSettlement settlement) {
        this.settlement = settlement;
    }

    /** The job that this part offers. */
    public Tasks.Job offered() {
        return new Tasks.Job(
                NAME, "Settle plans from subscriptions", "billing", "*/15 * * * *", true, List.of(), settlements::anyLinked, this::step);
    }

    private Tasks.JobStep step(Tx tx, Events events, @Nullable String from) {
        var organizations = settlements.linkedAfter(tx, from == null ? FIRST : UUID.fromString(from), ORGANIZATIONS_AT_ONCE);
        int changed = 0;
        for (var organization : organizations) {
            var changes = events.begin(new Source("transition.applied", "billing", NAME, Actor.JOB, null, null));
            settlement.settle(tx, changes, Actor.JOB, organization);
            changed += changes.isEmpty() ? 0 : 1;
        }
        return new Tasks.JobStep(
                organizations.size() < ORGANIZATIONS_AT_ONCE ? null : organizations.getLast().toString(), organizations.size(), changed, 0, 0, List.of());
    }
}
