package org.guildhall.core.data;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The tasks of a tenant that its commits request, once in a while per node. So a tenant without changes costs nothing, and two commits at once
 * seldom wait for each other's request.
 *
 * <p>A tenant is remembered for a shorter time than the requested task waits. So the task runs after the commits that didn't request it.
 */
public final class TenantTasks {

    /** Deletes the tenant's old idempotency keys. The task's resource is the tenant itself. */
    public static final String DELETE_KEYS = "delete-idempotency-keys";

    /** A reply is kept for 24 hours. The extra hour covers differences of clocks. */
    public static final Duration KEYS_KEPT = Duration.ofHours(25);

    /** Puts the tenant's changes into its event feed, which also happens when the feed is read. The task's resource is the tenant itself. */
    public static final String SEAL_EVENTS = "seal-events";

    private static final int TENANTS_MAX = 100_000;

    private final Occasional sealing = new Occasional(SEAL_EVENTS, Duration.ofMinutes(5), Duration.ofMinutes(4));
    private final Occasional deletion = new Occasional(DELETE_KEYS, KEYS_KEPT, Duration.ofHours(12));

    TenantTasks() {}

    /**
     * A task that is requested once in a while.
     *
     * @param delay the time from the request to the run
     */
    private record Occasional(String name, Duration delay, Cache<UUID, Boolean> requested) {

        Occasional(String name, Duration delay, Duration remembered) {
            this(name, delay, Caffeine.newBuilder().maximumSize(TENANTS_MAX).expireAfterWrite(remembered).build());
        }

        /** Adds the request of a run if none was committed lately. */
        void addTo(List<TaskRequest> due, UUID tenant, Instant now) {
            if (requested.getIfPresent(tenant) == null) {
                due.add(new TaskRequest(name, tenant, tenant, now.plus(delay), 0));
            }
        }

        /** Remembers a committed request of this task. */
        void committed(TaskRequest request) {
            if (request.name().equals(name)) {
                requested.put(request.tenant(), true);
            }
        }
    }

    /**
     * The requests that a commit has to make, always in the same order.
     *
     * @param key true if it stores an idempotency key
     * @param audit true if it writes an audit event
     */
    List<TaskRequest> due(UUID tenant, Instant now, boolean key, boolean audit) {
        var due = new ArrayList<TaskRequest>(0);
        if (audit) {
            sealing.addTo(due, tenant, now);
        }
        if (key) {
            deletion.addTo(due, tenant, now);
        }
        return due;
    }

    /** Remembers requests that were committed. */
    void committed(Collection<TaskRequest> requests) {
        for (var request : requests) {
            sealing.committed(request);
            deletion.committed(request);
        }
    }
}
