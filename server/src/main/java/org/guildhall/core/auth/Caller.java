package org.guildhall.core.auth;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The authenticated caller. All of it comes from the credential, never from another header, the body or the path.
 *
 * @param scopes the scopes that both token and consumer hold; the scopes that these include are not listed
 * @param limits the caller's rate limits, each with its own bucket
 * @param revision the revision of all credentials at which the caller was read
 */
public record Caller(
        UUID tenant, String tenantName, String mode, boolean suspended, UUID consumer, String consumerName, String actsAs, UUID token,
        String prefix, boolean publishable, Set<String> scopes, Set<String> origins, List<IpRange> ipAllowList, @Nullable Instant expiresAt,
        List<Limit> limits, long revision) {

    /**
     * A rate limit.
     *
     * @param policy its name in headers and problems: token, consumer or tenant
     * @param key the bucket's name, equal on all nodes
     * @param limit requests per window, which is also the largest burst
     */
    public record Limit(String policy, String key, long limit, int windowSeconds) {}

    /** True if the caller acts as a member, not as an operator. */
    public boolean isMember() {
        return actsAs.equals("member");
    }

    /** True if the caller holds the scope or one that includes it. */
    public boolean has(String scope) {
        return Scopes.covers(scopes, scope);
    }
}
