package org.guildhall.tasks.suppressions;

import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.sql.Batch;
import org.jspecify.annotations.Nullable;

/** The part {@code suppressions}: what the messages need of it. */
public final class Suppressions {

    private final SuppressionStore store = new SuppressionStore();

    /**
     * Binds the operations of this part, its pages and constraints.
     *
     * @param db the database for background work, which the pages use, too
     */
    public void bind(Api api, Db db, Keys keys) {
        new SuppressionsHandler(store).bind(api.routes());
        api.link(UnsubscribePages.PATH, new UnsubscribePages(new UnsubscribeTokens(keys), db));
        api.constraints()
                .on("suppressions_once", Problem.ALREADY_EXISTS, "/address", "The recipient has a suppression of this reason and category.")
                .on("suppressions_person", Problem.VALIDATION_FAILED, "/person_id", "There is no such person.");
    }

    /**
     * Adds the read of the suppression that stops a message of a category, null if none does.
     *
     * @param personId null if the recipient is an address only
     */
    public Supplier<@Nullable UUID> stopping(Batch batch, String address, @Nullable UUID personId, String category) {
        var active = store.active(batch, address, personId);
        return () -> {
            var stopping = SuppressionRules.stopping(active.get(), category);
            return stopping == null ? null : stopping.id();
        };
    }

    /** Suppresses the one address that a mail server has refused for good. @param job the task that has sent the message */
    public void bounced(Tx tx, Events events, String job, String address, UUID messageId) {
        var bounce = store.insertBounce(tx, address, messageId);
        if (bounce != null) {
            var suppression = SuppressionsHandler.toApi(bounce);
            events.begin(new Source("suppression.created", "access", job, Actor.JOB, null, null)).created(suppression.id(), suppression);
        }
    }
}
