package org.guildhall.runtime;

import java.time.Duration;
import java.util.UUID;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Unattended;
import org.guildhall.core.http.Unattended.Source;
import org.guildhall.core.work.Work;
import org.guildhall.platform.Platform;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what became of transitions that are due where nobody else came first. Nothing waits for it: who reads sees what is due
 * all the same, and who writes settles it.
 */
final class Settlement {

    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
    private static final String JOB = "settle-transitions";
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final int PAGE = 100;
    private static final Source SOURCE = new Source("transition.settled", "billing", JOB, Actor.JOB, null, null);

    private final Db db;
    private final Platform platform;
    private final Unattended unattended;
    private final TransitionStore transitions;
    private final Pools pools;

    Settlement(Db db, Platform platform, Unattended unattended, TransitionStore transitions, Pools pools) {
        this.db = db;
        this.platform = platform;
        this.unattended = unattended;
        this.transitions = transitions;
        this.pools = pools;
    }

    void schedule(Work work) {
        work.every(PAUSE, JOB, this::run);
    }

    /** Once through all tenants that aren't suspended. */
    void run() {
        platform.eachActiveTenant(this::settle);
    }

    /** One organization after another, each in a transaction with an event of its own. */
    private void settle(UUID tenant) {
        @Nullable UUID last = null;
        do {
            var after = last;
            var due = db.read(tenant, Db.ANY_REVISION, tx -> transitions.due(tx, after, PAGE));
            due.forEach(organizationId -> settle(tenant, organizationId));
            last = due.size() < PAGE ? null : due.getLast();
        } while (last != null && !Thread.currentThread().isInterrupted());
    }

    private void settle(UUID tenant, UUID organizationId) {
        try {
            unattended.run(tenant, SOURCE, (tx, changes) -> pools.lock(tx, changes, organizationId) != null);
        } catch (Failures.Unavailable away) {
            throw away;
        } catch (RuntimeException failed) {
            // The others don't wait for it, and it is tried again the next time.
            LOG.error("what is due of organization {} in tenant {} could not be settled", organizationId, tenant, failed);
        }
    }
}
