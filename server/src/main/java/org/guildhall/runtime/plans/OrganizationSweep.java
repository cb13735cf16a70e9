package org.guildhall.runtime.plans;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes one organization of a tenant after another, each in a transaction with an event of its own. One that fails stops no other. */
public final class OrganizationSweep {

    /** How many organizations are looked for at once. */
    public static final int PAGE = 100;

    private static final Logger LOG = LoggerFactory.getLogger(OrganizationSweep.class);

    private final Db db;
    private final JobTransactions transactions;
    private final String job;

    /** @param job the name that the events carry */
    public OrganizationSweep(Db db, JobTransactions transactions, String job) {
        this.db = db;
        this.transactions = transactions;
        this.job = job;
    }

    /** Finds the next organizations in the order of their ids. */
    @FunctionalInterface
    public interface Finder {
        List<UUID> find(Tx tx, @Nullable UUID after);
    }

    /** Changes one organization. */
    @FunctionalInterface
    public interface Change {
        /** @return null if there was nothing to change */
        @Nullable LockedPool attempt(Tx tx, Changes changes, UUID organizationId);
    }

    /** Changes every organization that is found. */
    public void run(UUID tenant, String action, Finder finder, Change change) {
        run(tenant, action, finder, (tx, ids) -> ids, change);
    }

    /**
     * Changes every organization that is found and needs it.
     *
     * @param narrow leaves of those that were found the ones that need it
     * @return whether all of them were changed
     */
    public boolean run(UUID tenant, String action, Finder finder, BiFunction<Tx, List<UUID>, Collection<UUID>> narrow, Change change) {
        boolean done = true;
        @Nullable UUID last = null;
        do {
            var after = last;
            var found = db.read(tenant, Db.ANY_REVISION, tx -> finder.find(tx, after));
            for (var organizationId : narrowed(tenant, found, narrow)) {
                done &= attempt(tenant, action, organizationId, change);
            }
            last = found.size() < PAGE ? null : found.getLast();
        } while (last != null && !Thread.currentThread().isInterrupted());
        return done && last == null;
    }

    /** An organization that can't be looked at doesn't hide the others: each is looked at alone, and attempted if that fails. */
    private Collection<UUID> narrowed(UUID tenant, List<UUID> found, BiFunction<Tx, List<UUID>, Collection<UUID>> narrow) {
        try {
            return db.read(tenant, Db.ANY_REVISION, tx -> narrow.apply(tx, found));
        } catch (RuntimeException failed) {
            throwIfGone(failed);
            return found.size() <= 1 ? found : found.stream().flatMap(id -> narrowed(tenant, List.of(id), narrow).stream()).toList();
        }
    }

    private boolean attempt(UUID tenant, String action, UUID organizationId, Change change) {
        var source = new Source(action, "billing", job, Actor.JOB, null, null);
        try {
            transactions.run(tenant, source, (tx, changes) -> change.attempt(tx, changes, organizationId) != null);
            return true;
        } catch (RuntimeException failed) {
            throwIfGone(failed);
            // The others don't wait for it, and it is tried again the next time.
            LOG.error("{} failed for organization {} in tenant {}", action, organizationId, tenant, failed);
            return false;
        }
    }

    /**
     * Runs one part of a job. A part that fails, with a statement that takes too long for instance, doesn't keep the others from their turn.
     */
    public static void part(UUID tenant, String action, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException failed) {
            throwIfGone(failed);
            LOG.error("{} could not go on in tenant {}; it is tried again the next time", action, tenant, failed);
        }
    }

    /** Without a database nothing can go on. */
    private static void throwIfGone(RuntimeException failed) {
        if (failed instanceof Failures.Unavailable away && away.isGone()) {
            throw away;
        }
    }
}
