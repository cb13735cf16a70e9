package org.guildhall.core.data;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Requests the task that deletes a tenant's old idempotency keys, once in a while per node. So a tenant without keys costs nothing.
 *
 * <p>A tenant is remembered for half a day. The task runs as long as the tenant has keys, which are kept for 25 hours. So it can't have
 * ended while a tenant is remembered.
 */
public final class KeyCleanups {

    /** The task, whose resource is the tenant itself. */
    public static final String TASK = "delete-idempotency-keys";

    /** A reply is kept for 24 hours. The extra hour covers differences of clocks. */
    public static final Duration KEPT = Duration.ofHours(25);

    private static final Duration REMEMBERED = Duration.ofHours(12);
    private static final int TENANTS_MAX = 100_000;

    private final Cache<UUID, Boolean> requested = Caffeine.newBuilder().maximumSize(TENANTS_MAX).expireAfterWrite(REMEMBERED).build();

    KeyCleanups() {}

    /** True if the commit that stores a key has to request the task. */
    boolean isDue(UUID tenant) {
        return requested.getIfPresent(tenant) == null;
    }

    /** The request of a run when a key that is stored now is old. */
    static TaskRequest request(UUID tenant, Instant now) {
        return new TaskRequest(TASK, tenant, tenant, now.plus(KEPT), 0);
    }

    /** Remembers a request that was committed. */
    void committed(UUID tenant) {
        requested.put(tenant, true);
    }
}
