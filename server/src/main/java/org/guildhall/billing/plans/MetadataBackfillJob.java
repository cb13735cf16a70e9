package org.guildhall.billing.plans;

import java.util.List;
import java.util.UUID;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** The job that links accounts whose metadata names an organization that was made after the account's last event, and settles its plans. */
public final class MetadataBackfillJob {

    private static final String NAME = "billing-metadata-backfill";
    private static final UUID FIRST = new UUID(0, 0);
    private static final int ACCOUNTS_AT_ONCE = 20;

    private final Accounts accounts;
    private final PlanSettlement settlement;

    public MetadataBackfillJob(Accounts accounts, PlanSettlement settlement) {
        this.accounts = accounts;
        this.settlement = settlement;
    }

    /** The job that this part offers. */
    public Tasks.Job offered() {
        return new Tasks.Job(
                NAME, "Link accounts by their metadata", "billing", "10 2 * * *", true, List.of(), tx -> !accounts.namingAfter(tx, FIRST, 1).isEmpty(), this::step);
    }

    private Tasks.JobStep step(Tx tx, Events events, @Nullable String from) {
        var named = accounts.namingAfter(tx, from == null ? FIRST : UUID.fromString(from), ACCOUNTS_AT_ONCE);
        int linked = 0;
        for (var account : named) {
            var changes = events.begin(new Source("account.linked", "billing", NAME, Actor.JOB, null, null));
            var organization = accounts.linkNamed(tx, changes, account);
            if (organization != null) {
                settlement.settle(tx, changes, Actor.JOB, organization);
                linked++;
            }
        }
        return new Tasks.JobStep(
                named.size() < ACCOUNTS_AT_ONCE ? null : named.getLast().toString(), named.size(), linked, named.size() - linked, 0, List.of());
    }
}
