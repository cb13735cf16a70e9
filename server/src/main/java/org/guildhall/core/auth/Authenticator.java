package org.guildhall.core.auth;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.guildhall.core.data.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls. What was looked up is remembered; it counts for as long as the revision of all credentials, which each
 * statement of a request brings back, is the one it was read at, and at most 30 seconds.
 */
public final class Authenticator {

    /** How the caller's credential turned out. */
    public sealed interface Outcome {
        /** A caller. */
        record Known(Caller caller) implements Outcome {}

        /** No credential was presented. */
        record Anonymous() implements Outcome {}

        /** The credential is none, or not any more; {@code why} says what is wrong with it, for the caller. */
        record Refused(Reason reason, String why) implements Outcome {}
    }

    /** What is wrong with a credential. */
    public enum Reason { INVALID, EXPIRED, REVOKED }

    private static final long REMEMBERED_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int REMEMBERED_MAX = 10_000;

    private record Entry(Credentials.Stored stored, long readAtNanos) {}

    private final Credentials credentials;
    private final Keys keys;
    private final Clock clock;
    private final ConcurrentMap<String, Entry> remembered = new ConcurrentHashMap<>();

    public Authenticator(Credentials credentials, Keys keys, Clock clock) {
        this.credentials = credentials;
        this.keys = keys;
        this.clock = clock;
    }

    /** Reads an {@code Authorization} header. */
    public Outcome authenticate(@Nullable String authorization) {
        if (authorization == null) {
            return new Outcome.Anonymous();
        }
        if (authorization.length() < 8 || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return new Outcome.Refused(Reason.INVALID, "The Authorization header must have the form: Bearer <token>.");
        }
        var token = ApiToken.read(authorization.substring(7).strip());
        if (token == null) {
            return new Outcome.Refused(Reason.INVALID, "The bearer token is malformed: it isn't complete, or was altered.");
        }
        var stored = lookUp(token.prefix());
        if (stored == null || !token.matches(keys, stored.keyId(), stored.hmac())) {
            return new Outcome.Refused(Reason.INVALID, "The bearer token is not known.");
        }
        if (!stored.revoked() && hasExpired(stored)) {
            // What is remembered may be older than a change of the expiry, or than a revocation; the database has the last word.
            remembered.remove(token.prefix());
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

    /** Forgets what is remembered of a caller, so that the next look is at the database. */
    public void forget(Caller caller) {
        remembered.remove(caller.prefix());
    }

    /** Forgets everything, when the database may have moved on without us. */
    public void forgetAll() {
        remembered.clear();
    }

    private boolean hasExpired(Credentials.Stored stored) {
        var expiresAt = stored.caller().expiresAt();
        return expiresAt != null && !clock.now().isBefore(expiresAt);
    }

    private Credentials.@Nullable Stored lookUp(String prefix) {
        var entry = remembered.get(prefix);
        if (entry != null && System.nanoTime() - entry.readAtNanos < REMEMBERED_NANOS) {
            return entry.stored;
        }
        var stored = credentials.find(prefix);
        if (stored == null) {
            remembered.remove(prefix);
            return null;
        }
        if (remembered.size() >= REMEMBERED_MAX) {
            remembered.clear();
        }
        remembered.put(prefix, new Entry(stored, System.nanoTime()));
        return stored;
    }
}
