package org.guildhall.core.auth;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as the credential says: never taken from a header, a body or a path.
 *
 * @param scopes what the token and its consumer both allow, with what those include not spelled out
 * @param limits the rate limits that hold, each with its own bucket
 * @param revision the credentials' revision that all of this was read at
 */
public record Caller(
        UUID tenant, String tenantName, String mode, boolean suspended, UUID consumer, String consumerName, String actsAs, UUID token,
        String prefix, boolean publishable, Set<String> scopes, Set<String> origins, List<IpRange> ipAllowList, @Nullable Instant expiresAt,
        List<Limit> limits, long revision) {

    /**
     * A rate limit.
     *
     * @param policy what it is called in headers and problems: token, consumer or tenant
     * @param key the bucket's name, the same on every node
     * @param limit requests per window, and how many may come at once
     */
    public record Limit(String policy, String key, long limit, int windowSeconds) {}

    /** Whether the caller holds the scope, itself or by one that includes it. */
    public boolean has(String scope) {
        return Scopes.covers(scopes, scope);
    }
}
