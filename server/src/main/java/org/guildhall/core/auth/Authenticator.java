package org.guildhall.core.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.guildhall.core.data.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates callers. Looked-up credentials are cached for at most 30 seconds. Each statement of a request also returns the current
 * revision of all credentials, and a cached entry counts only if it was read at that revision.
 */
public final class Authenticator {

    /** The result of checking a credential. */
    public sealed interface Outcome {
        /** An authenticated caller. */
        record Known(Caller caller) implements Outcome {}

        /** No credential was presented. */
        record Anonymous() implements Outcome {}

        /** The credential is invalid, expired or revoked; {@code why} explains it to the caller. */
        record Refused(Reason reason, String why) implements Outcome {}
    }

    /** Why a credential is refused. */
    public enum Reason { INVALID, EXPIRED, REVOKED }

    private static final Duration CACHED = Duration.ofSeconds(30);
    private static final int CACHED_MAX = 10_000;

    private final Credentials credentials;
    private final Keys keys;
    private final Clock clock;
    private final Cache<String, Credentials.Stored> cache;

    public Authenticator(Credentials credentials, Keys keys, Clock clock) {
        this(credentials, keys, clock, Ticker.systemTicker());
    }

    /** @param ticker the time by which cached credentials expire */
    Authenticator(Credentials credentials, Keys keys, Clock clock, Ticker ticker) {
        this.credentials = credentials;
        this.keys = keys;
        this.clock = clock;
        // Beyond the maximum the cache evicts rarely used entries. It does so in the calling thread, so the maximum holds at once.
        this.cache = Caffeine.newBuilder().maximumSize(CACHED_MAX).expireAfterWrite(CACHED).ticker(ticker).executor(Runnable::run).build();
    }

    /** Reads an {@code Authorization} header. */
    public Outcome authenticate(@Nullable String authorization) {
        if (authorization == null) {
            return new Outcome.Anonymous();
        }
        if (authorization.length() < 8 || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return new Outcome.Refused(Reason.INVALID, "Authorization must have the form: Bearer <token>.");
        }
        var token = ApiToken.read(authorization.substring(7).strip());
        if (token == null) {
            return new Outcome.Refused(Reason.INVALID, "The bearer token is malformed: it is incomplete or was altered.");
        }
        var stored = lookUp(token.prefix());
        if (stored == null || !token.matches(keys, stored.keyId(), stored.hmac())) {
            return new Outcome.Refused(Reason.INVALID, "The bearer token is unknown.");
        }
        if (!stored.revoked() && hasExpired(stored)) {
            // The cached entry may be older than a change of the expiry or a revocation, so the database decides.
            cache.invalidate(token.prefix());
            var present = lookUp(token.prefix());
            stored = present == null ? stored : present;
        }
        if (stored.revoked()) {
            return new Outcome.Refused(Reason.REVOKED, "The token " + token.prefix() + " was revoked.");
        }
        if (hasExpired(stored)) {
            return new Outcome.Refused(Reason.EXPIRED, "The token " + token.prefix() + " expired at " + stored.caller().expiresAt() + ".");
        }
        return new Outcome.Known(stored.caller());
    }

    /** Removes a caller from the cache. */
    public void forget(Caller caller) {
        cache.invalidate(caller.prefix());
    }

    /** Empties the cache, as credentials may have changed while the database was away. */
    public void forgetAll() {
        cache.invalidateAll();
    }

    private boolean hasExpired(Credentials.Stored stored) {
        var expiresAt = stored.caller().expiresAt();
        return expiresAt != null && !clock.now().isBefore(expiresAt);
    }

    private Credentials.@Nullable Stored lookUp(String prefix) {
        var cached = cache.getIfPresent(prefix);
        if (cached != null) {
            return cached;
        }
        // Not by the cache's own loading: it would hold up other tokens while the database is asked.
        var stored = credentials.find(prefix);
        if (stored != null) {
            cache.put(prefix, stored);
        }
        return stored;
    }
}
