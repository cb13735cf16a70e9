package org.guildhall.billing.fetches;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** The objects that payment providers are to be asked for. No call leaves the server here: a task of each connection asks, one object after the other. */
public final class Fetches {

    /** The task that asks the provider of a connection, by the connection's id. */
    public static final String TASK = "fetch-provider-objects";

    private static final int LACKING_AT_ONCE = 100;

    private final FetchStore store = new FetchStore();
    private final TaskQueue queue;

    public Fetches(TaskQueue queue) {
        this.queue = queue;
    }

    /** Why an object is requested. */
    public enum Reason {
        /** An event says that it has changed, and no more. */
        EVENT,
        /** Only its id is known. */
        STUB,
        /** The order of two events can't be known. */
        TIE,
        /** The provider has more lines than it has sent. */
        LINES,
        /** Money was received, and its fee isn't known. */
        FEE,
        /** A coupon is limited to products, or not, and no event tells it. */
        PRODUCTS,
        /** An event has the ids of a subscription's discounts only. */
        DISCOUNTS,
        /** A reconciliation has found a difference. */
        DIFFERENCE
    }

    /**
     * An object that is to be fetched.
     *
     * @param kind account, mandate, subscription, invoice, payment, refund, dispute, payout, checkout, coupon_mapping or promotion_code
     * @param reference the provider's id
     */
    public record Due(UUID id, String kind, String reference, int requests, int attempts) {}

    /** Requests an object: it is fetched soon after the commit. */
    public void request(Tx tx, UUID connectionId, String kind, String reference, Reason reason) {
        store.request(tx, connectionId, kind, reference, reason.name().toLowerCase(Locale.ROOT));
        queue.enqueue(tx, TASK, connectionId);
    }

    /** Lets everything that waits or failed be fetched now, after the connection has another key. */
    public void resume(Tx tx, UUID connectionId) {
        store.resume(tx, connectionId);
        queue.enqueue(tx, TASK, connectionId);
    }

    /** Lets the objects of a connection be fetched that another part has requested in this transaction. */
    public void wake(Tx tx, UUID connectionId) {
        queue.enqueue(tx, TASK, connectionId);
    }

    /** The next object of a connection; objects that lack content and that nobody has requested come last. Null if nothing is due now. */
    public @Nullable Due next(Tx tx, UUID connectionId) {
        var row = store.next(tx, connectionId);
        if (row == null) {
            var lacking = store.lacking(tx, connectionId, LACKING_AT_ONCE);
            lacking.forEach(object -> store.request(tx, connectionId, object.kind(), object.reference(), object.reason()));
            row = lacking.isEmpty() ? null : store.next(tx, connectionId);
        }
        var paused = row == null ? null : store.pausedUntil(tx, connectionId);
        return row == null || paused != null && paused.isAfter(row.now())
                ? null : new Due(row.id(), row.kind(), row.reference(), row.requests(), row.attempts());
    }

    /** The instant at which the next object of a connection is fetched; null if none will be. */
    public @Nullable Instant nextAt(Tx tx, UUID connectionId) {
        var next = store.nextAt(tx, connectionId);
        var paused = next == null ? null : store.pausedUntil(tx, connectionId);
        return paused == null || paused.isBefore(next) ? next : paused;
    }

    /** Ends the fetch of an object whose content is applied in this transaction. It stays due if it was requested again since. */
    public void done(Tx tx, Due due) {
        var row = store.lock(tx, due.id());
        if (row != null && row.requests() == due.requests()) {
            store.delete(tx, due.id());
        }
    }

    /** Records that the provider doesn't have an object. */
    public void missing(Tx tx, Due due) {
        var row = store.lock(tx, due.id());
        if (row != null && row.requests() == due.requests()) {
            store.end(tx, due.id(), "missing_there", due.attempts() + 1, null);
        }
    }

    /**
     * Records a failed attempt.
     *
     * @param asked the wait that the provider asks for; null for none
     * @param isFinal true if no further attempt can help
     * @return false if no further attempt follows
     */
    public boolean failed(Tx tx, Due due, String error, @Nullable Duration asked, boolean isFinal) {
        var row = store.lock(tx, due.id());
        if (row == null) {
            return true;
        }
        int attempts = row.attempts() + 1;
        var wait = isFinal ? null : FetchRules.after(attempts, asked, ThreadLocalRandom.current().nextDouble());
        if (wait == null) {
            store.end(tx, due.id(), "failed", attempts, error);
            return false;
        }
        store.retry(tx, due.id(), attempts, row.now().plus(wait), error);
        return true;
    }

    /** True if an object of the connection couldn't be fetched. */
    public boolean anyFailed(Tx tx, UUID connectionId) {
        return store.anyFailed(tx, connectionId);
    }
}
