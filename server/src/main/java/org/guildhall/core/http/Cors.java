package org.guildhall.core.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.guildhall.core.auth.Caller;
import org.jspecify.annotations.Nullable;

/**
 * CORS (the Fetch standard): the origins whose pages may read answers. A preflight carries no token, so it allows every origin that
 * the configuration or any token lists; the request itself must come from an origin of its own token. Credentials are never allowed.
 */
final class Cors {

    private static final String EXPOSED =
            "ETag, Link, RateLimit, RateLimit-Policy, Request-Id, Retry-After, Location, Idempotency-Replayed, Dry-Run";
    private static final String ALLOWED_HEADERS =
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Audit-Reason, traceparent";
    private static final Duration LISTED_CACHED = Duration.ofSeconds(30);
    /** Short, since an origin is often used right after it was listed. */
    private static final Duration UNLISTED_CACHED = Duration.ofSeconds(1);
    private static final int CACHED_MAX = 10_000;

    private final Set<String> configured;
    private final Predicate<String> anyTokenLists;
    /** By origin: whether any token lists it. */
    private final Cache<String, Boolean> cache;

    Cors(Set<String> configured, Predicate<String> anyTokenLists) {
        this(configured, anyTokenLists, Ticker.systemTicker());
    }

    /** @param ticker the time by which cached origins expire */
    Cors(Set<String> configured, Predicate<String> anyTokenLists, Ticker ticker) {
        this.configured = configured;
        this.anyTokenLists = anyTokenLists;
        // Anybody can send origins in any number. Beyond the maximum the cache evicts rarely used ones, and keeps those of real pages.
        this.cache = Caffeine.newBuilder()
                .maximumSize(CACHED_MAX)
                .expireAfter(Expiry.<String, Boolean>writing((origin, listed) -> listed ? LISTED_CACHED : UNLISTED_CACHED))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** The headers of a preflight's answer. An origin that is not listed anywhere gets no permission. */
    Map<String, String> preflight(@Nullable String origin, String methods) {
        if (origin == null || !listed(origin)) {
            return Map.of("Vary", "Origin");
        }
        var headers = new LinkedHashMap<String, String>();
        headers.put("Access-Control-Allow-Origin", origin);
        headers.put("Access-Control-Allow-Methods", methods);
        headers.put("Access-Control-Allow-Headers", ALLOWED_HEADERS);
        headers.put("Access-Control-Max-Age", "600");
        headers.put("Vary", "Origin");
        return headers;
    }

    /** The CORS headers of an answer; none if the origin may not read it. */
    Map<String, String> answer(@Nullable String origin, @Nullable Caller caller) {
        if (origin == null) {
            return Map.of();
        }
        boolean allowed = configured.contains(origin) || caller != null && caller.origins().contains(origin)
                // A refusal without a caller must be readable too, so that the page sees the reason.
                || caller == null && listed(origin);
        return allowed ? Map.of("Access-Control-Allow-Origin", origin, "Access-Control-Expose-Headers", EXPOSED) : Map.of();
    }

    private boolean listed(String origin) {
        if (configured.contains(origin)) {
            return true;
        }
        if (origin.length() > 300) {
            return false;
        }
        var cached = cache.getIfPresent(origin);
        if (cached != null) {
            return cached;
        }
        boolean listed = ask(origin);
        cache.put(origin, listed);
        return listed;
    }

    private boolean ask(String origin) {
        try {
            return anyTokenLists.test(origin);
        } catch (RuntimeException away) {
            // Without the database no origin can be looked up; the answer must go out nevertheless.
            return false;
        }
    }
}
