package org.guildhall.billing.deliveries;

import java.util.List;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.data.Tx;
import org.guildhall.platform.Platform;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** The job that erases the bodies of deliveries whose retention time is over. */
final class RetentionJob {

    private static final int BODIES_AT_ONCE = 500;

    private final DeliveryStore deliveries;
    private final Platform platform;

    RetentionJob(DeliveryStore deliveries, Platform platform) {
        this.deliveries = deliveries;
        this.platform = platform;
    }

    Tasks.Job offered() {
        return new Tasks.Job(
                "billing-retention", "Erase old bodies of payment providers' webhooks", "billing", "20 3 * * *", true, List.of(),
                tx -> deliveries.anyToErase(tx, platform.webhooksKeptSince(tx)), this::step);
    }

    private Tasks.JobStep step(Tx tx, Events events, @Nullable String from) {
        var erased = deliveries.erase(tx, platform.webhooksKeptSince(tx), Place.parse(from), BODIES_AT_ONCE);
        return new Tasks.JobStep(
                erased.size() < BODIES_AT_ONCE ? null : erased.getLast().toString(), erased.size(), erased.size(), 0, 0, List.of());
    }
}
