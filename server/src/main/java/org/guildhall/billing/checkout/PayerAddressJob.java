package org.guildhall.billing.checkout;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.checkout.CheckoutSessionStore.Cleaned;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.data.Tx;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** The job that erases the addresses of payers from old checkout sessions. */
final class PayerAddressJob {

    /** A session is asked for a little more than a day, and a key is known for one. */
    private static final Duration NEEDED = Duration.ofDays(2);
    private static final int SESSIONS_AT_ONCE = 500;
    private static final Cleaned START = new Cleaned(Instant.EPOCH, new UUID(0, 0));
    private static final Comparator<Cleaned> ORDER = Comparator.comparing(Cleaned::createdAt).thenComparing(session -> session.id().toString());

    private final CheckoutSessionStore sessions;

    PayerAddressJob(CheckoutSessionStore sessions) {
        this.sessions = sessions;
    }

    Tasks.Job offered() {
        return new Tasks.Job(
                "billing-payer-addresses", "Erase the addresses of payers from old checkout sessions", "billing", "40 3 * * *", true, List.of(),
                tx -> sessions.anyAddress(tx, before(tx)), this::step);
    }

    private Tasks.JobStep step(Tx tx, Events events, @Nullable String from) {
        var cleaned = sessions.eraseAddresses(tx, before(tx), from == null ? START : parse(from), SESSIONS_AT_ONCE);
        var last = cleaned.stream().max(ORDER).orElse(START);
        return new Tasks.JobStep(
                cleaned.size() < SESSIONS_AT_ONCE ? null : last.createdAt() + " " + last.id(), cleaned.size(), cleaned.size(), 0, 0, List.of());
    }

    private static Instant before(Tx tx) {
        return tx.now().minus(NEEDED);
    }

    private static Cleaned parse(String place) {
        var parts = place.split(" ");
        return new Cleaned(Instant.parse(parts[0]), UUID.fromString(parts[1]));
    }
}
