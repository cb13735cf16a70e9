package org.guildhall.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Changes;
import org.guildhall.core.http.Unattended;
import org.guildhall.core.http.Unattended.Source;
import org.guildhall.core.work.Work;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.SurplusStore.Count;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what came of all that is due where nobody else came first: transitions, grants off the ladders that have ended, and sites
 * beyond what a changed rule still entitles to. Nothing waits for it: who reads sees what is due all the same, and who writes settles it.
 */
final class Settlement {

    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
    private static final String JOB = "settle-transitions";
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final int PAGE = 100;

    private final Db db;
    private final Platform platform;
    private final Unattended unattended;
    private final TransitionStore transitions;
    private final GrantStore grants;
    private final MeterStore meter;
    private final Pools pools;
    private final SurplusStore surplus = new SurplusStore();

    Settlement(
            Db db, Platform platform, Unattended unattended, TransitionStore transitions, GrantStore grants, MeterStore meter, Pools pools) {
        this.db = db;
        this.platform = platform;
        this.unattended = unattended;
        this.transitions = transitions;
        this.grants = grants;
        this.meter = meter;
        this.pools = pools;
    }

    void schedule(Work work) {
        work.every(PAUSE, JOB, this::run);
    }

    /** Once through all tenants that aren't suspended. */
    void run() {
        platform.eachActiveTenant(this::settle);
    }

    private void settle(UUID tenant) {
        part(tenant, "transition.settled", () -> settle(tenant, "transition.settled", (tx, after) -> transitions.due(tx, after, PAGE)));
        part(tenant, "grant.ended", () -> settle(tenant, "grant.ended", (tx, after) -> grants.over(tx, after, PAGE)));
        part(tenant, "site.made_read_only", () -> review(tenant));
    }

    /** What fails in one part, such as a statement that takes too long, doesn't keep the others from their turn. */
    private static void part(UUID tenant, String action, Runnable part) {
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

    private void review(UUID tenant) {
        var look = db.read(tenant, Db.ANY_REVISION, surplus::look);
        if (!look.keys().isEmpty() && each(tenant, "site.made_read_only", (tx, after) -> surplus.concerned(tx, look.keys(), after, PAGE),
                (tx, ids) -> exceeding(tx, ids, look.keys()), pools::review)) {
            db.upkeep(tenant, tx -> surplus.looked(tx, look.now()));
        }
    }

    /** Of organizations, those that have more sites than they are entitled to. */
    private Set<UUID> exceeding(Tx tx, List<UUID> organizationIds, Set<String> keys) {
        var counts = surplus.counts(tx, organizationIds, keys);
        var entitled = meter.entitlements(tx, counts.stream().map(Count::poolId).collect(Collectors.toSet()), keys, tx.now());
        return counts.stream().filter(count -> count.exceeds(entitled.get(count.poolId()))).map(Count::organizationId).collect(Collectors.toSet());
    }

    private void settle(UUID tenant, String action, Finder finder) {
        each(tenant, action, finder, (tx, ids) -> ids, pools::lock);
    }

    /** Finds the next organizations in the order of their ids. */
    @FunctionalInterface
    private interface Finder {
        List<UUID> find(Tx tx, @Nullable UUID after);
    }

    /** Does what there is to do in one organization. */
    @FunctionalInterface
    private interface Deed {
        @Nullable Held attempt(Tx tx, Changes changes, UUID organizationId);
    }

    /**
     * One organization after another, each in a transaction with an event of its own.
     *
     * @param narrow leaves of those that were found the ones that need it
     * @return whether all of them were done
     */
    private boolean each(UUID tenant, String action, Finder finder, BiFunction<Tx, List<UUID>, Collection<UUID>> narrow, Deed deed) {
        boolean done = true;
        @Nullable UUID last = null;
        do {
            var after = last;
            var found = db.read(tenant, Db.ANY_REVISION, tx -> finder.find(tx, after));
            for (var organizationId : narrowed(tenant, found, narrow)) {
                done &= attempt(tenant, action, organizationId, deed);
            }
            last = found.size() < PAGE ? null : found.getLast();
        } while (last != null && !Thread.currentThread().isInterrupted());
        return done && last == null;
    }

    /** One organization that can't be looked at doesn't hide the others: it is looked at alone, and attempted whatever comes of that. */
    private Collection<UUID> narrowed(UUID tenant, List<UUID> found, BiFunction<Tx, List<UUID>, Collection<UUID>> narrow) {
        try {
            return db.read(tenant, Db.ANY_REVISION, tx -> narrow.apply(tx, found));
        } catch (RuntimeException failed) {
            throwIfGone(failed);
            return found.size() <= 1 ? found : found.stream().flatMap(id -> narrowed(tenant, List.of(id), narrow).stream()).toList();
        }
    }

    private boolean attempt(UUID tenant, String action, UUID organizationId, Deed deed) {
        var source = new Source(action, "billing", JOB, Actor.JOB, null, null);
        try {
            unattended.run(tenant, source, (tx, changes) -> deed.attempt(tx, changes, organizationId) != null);
            return true;
        } catch (RuntimeException failed) {
            throwIfGone(failed);
            // The others don't wait for it, and it is tried again the next time.
            LOG.error("{} failed for organization {} in tenant {}", action, organizationId, tenant, failed);
            return false;
        }
    }
}
